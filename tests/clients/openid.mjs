// openid-client, unmodified: metadata, token, introspection, revocation. Prints what it got as one JSON object.
// PORTAL: the portal's address · CLIENT_ID, CLIENT_SECRET · METHOD: "basic" or "post".

import * as openid from "openid-client";

const { PORTAL, CLIENT_ID, CLIENT_SECRET, METHOD } = process.env;
const authenticate = METHOD === "post" ? openid.ClientSecretPost(CLIENT_SECRET) : openid.ClientSecretBasic(CLIENT_SECRET);
const config = await openid.discovery(new URL(PORTAL), CLIENT_ID, undefined, authenticate, {
  algorithm: "oauth2",
  execute: [openid.allowInsecureRequests], // loopback
});
const tokens = await openid.clientCredentialsGrant(config, { scope: "hub.read" });
const active = await openid.tokenIntrospection(config, tokens.access_token);
await openid.tokenRevocation(config, tokens.access_token);
const afterwards = await openid.tokenIntrospection(config, tokens.access_token);
console.log(JSON.stringify({ tokens, active, afterwards }));
