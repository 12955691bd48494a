// Stores credentials where the vendor's CLI looks for them, with the SDK's own functions.

const { encrypt, storeAuth } = require("@mindconnect/mindconnect-nodejs/dist/src/api/utils");

const { EMULATOR_GATEWAY: gateway, CLIENT_ID: user, CLIENT_SECRET: password, MDSP_PASSKEY: passkey } = process.env;
const login = {
  user,
  password,
  passkey,
  gateway,
  tenant: "acme",
  type: "SERVICE",
  usertenant: "",
  appName: "",
  appVersion: "",
  createdAt: "2026-01-01T00:00:00Z",
  selected: true,
};
storeAuth({ credentials: [encrypt(login)] });
