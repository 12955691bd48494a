// The vendor's SDK, unmodified, with the portal's address in place of the gateway's: its token endpoint, its key set (of
// which the SDK reads the first key alone) and its proxy. Prints what it got as one JSON object.
// PORTAL: the portal's address · BASIC: the Authorization header of the key.

const { MindSphereSdk } = require("@mindconnect/mindconnect-nodejs");

const { PORTAL: gateway, BASIC: basicAuth } = process.env;
const sdk = new MindSphereSdk({ type: "SERVICE", gateway, basicAuth, tenant: "acme" });

async function main() {
  const token = await sdk.GetToken();
  const assets = await sdk.GetAssetManagementClient().GetAssets({ size: 3 });
  console.log(JSON.stringify({ token, assets }));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
