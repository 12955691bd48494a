// oidc-provider in memory, with one client that gets JWTs signed with ES256. Says its address, client and secret.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
const secret = randomBytes(32).toString("base64url");
const server = createServer().listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://localhost:${port}`, {
    jwks: { keys: [{ ...jwk, alg: "ES256", use: "sig", kid: "bench" }] },
    clients: [
      {
        client_id: "bench",
        client_secret: secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: "client_secret_post",
        id_token_signed_response_alg: "ES256",
      },
    ],
    routes: { token: "/oauth/token" },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "https://bench.example/api",
        getResourceServerInfo: () => ({
          scope: "hub.read",
          audience: "https://bench.example/api",
          accessTokenTTL: 900,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    scopes: ["hub.read"],
  });
  server.on("request", provider.callback());
  console.log(`http://localhost:${port} bench ${secret}`);
});
