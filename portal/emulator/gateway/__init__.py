"""What all platform APIs share behind the gateway: who calls, common headers, the common error body."""
