"""The Hub's own pages for people: Launchpad and Settings, behind a sign-in at the tenant's identity host."""
