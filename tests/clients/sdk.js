// The vendor's SDK, unmodified, through the work of a day. Prints what it got as one JSON object.
// EMULATOR_GATEWAY: the gateway's address · CREDENTIALS: "service" (OAuth at the tenant's identity host) or "app"
// (Technical Token Manager) · BASIC: the Authorization header of the credentials.

const { MindSphereSdk } = require("@mindconnect/mindconnect-nodejs");

const { EMULATOR_GATEWAY: gateway, CREDENTIALS, BASIC: basicAuth } = process.env;
const service = { type: "SERVICE", gateway, basicAuth, tenant: "acme" };
const app = { ...service, type: "APP", usertenant: "acme", appName: "demoapp", appVersion: "1.0.0" };
const sdk = new MindSphereSdk(CREDENTIALS === "app" ? app : service);

const types = sdk.GetAssetManagementClient();
const series = sdk.GetTimeSeriesClient();
const seen = {};

async function refusal(call) {
  try {
    await call();
    return "no refusal";
  } catch (error) {
    return error.message;
  }
}

async function model() {
  const aspect = {
    name: "Fan",
    category: "dynamic",
    scope: "private",
    description: "Air",
    variables: [
      { name: "rpm", dataType: "DOUBLE", unit: "1/min", searchable: true, qualityCode: true },
      { name: "on", dataType: "BOOLEAN", unit: "", searchable: true, qualityCode: false },
    ],
  };
  seen.aspectType = await types.PutAspectType("acme.Fan", aspect, { ifNoneMatch: "*" });
  seen.aspectTypeAgain = await refusal(() => types.PutAspectType("acme.Fan", aspect, { ifNoneMatch: "*" }));
  seen.assetType = await types.PutAssetType(
    "acme.FanType",
    {
      name: "Fan",
      parentTypeId: "core.basicasset",
      instantiable: true,
      scope: "private",
      aspects: [{ name: "Air", aspectTypeId: "acme.Fan" }],
      variables: [{ name: "maker", dataType: "STRING", unit: "", searchable: true, length: 40 }],
      fileAssignments: [],
    },
    { ifNoneMatch: "*" },
  );
  const root = await types.GetRootAsset();
  seen.asset = await types.PostAsset({
    name: "Fan 1",
    typeId: "acme.FanType",
    parentId: root.assetId,
    variables: [{ name: "maker", value: "Acme" }],
  });
  seen.patched = await types.PatchAsset(
    seen.asset.assetId,
    { description: "On the roof" },
    { ifMatch: `${seen.asset.etag}` },
  );
  seen.stale = await refusal(() =>
    types.PatchAsset(seen.asset.assetId, { description: "?" }, { ifMatch: `${seen.asset.etag}` }),
  );
  seen.located = await types.PutAssetLocation(
    seen.asset.assetId,
    { country: "Germany", locality: "Augsburg", longitude: 10.9, latitude: 48.4 },
    { ifMatch: `${seen.patched.etag}` },
  );
  seen.found = await types.GetAssets({ filter: JSON.stringify({ typeId: { eq: "acme.FanType" } }), size: 5 });
  seen.aspects = await types.GetAspects(seen.asset.assetId);
  seen.variables = await types.GetVariables(seen.asset.assetId);
  seen.billboard = await types.GetBillboard();
}

async function files() {
  const file = await types.PostFile(Buffer.from("nameplate"), "plate.txt", { mimeType: "text/plain" });
  seen.file = file;
  seen.fileContent = await (await types.DownloadFile(file.id)).text();
  await types.PutAssetFileAssignment(
    seen.asset.assetId,
    "plate",
    { fileId: file.id },
    { ifMatch: `${(await types.GetAsset(seen.asset.assetId)).etag}` },
  );
  seen.assigned = (await types.GetAsset(seen.asset.assetId)).fileAssignments;
  const { etag } = await types.GetAsset(seen.asset.assetId);
  await types.DeleteAssetFileAssignment(seen.asset.assetId, "plate", { ifMatch: `${etag}` });
  await types.DeleteFile(file.id, { ifMatch: `${(await types.GetFile(file.id)).etag}` });
}

async function measurements() {
  const id = seen.asset.assetId;
  const start = Date.parse("2026-11-19T10:00:00Z");
  const records = [...Array(60).keys()].map((minute) => ({
    _time: new Date(start + minute * 60_000).toISOString(),
    rpm: 1000 + minute,
    rpm_qc: 0,
    on: true,
  }));
  await series.PutTimeSeries(id, "Air", records);
  const range = { from: new Date(start - 1), to: new Date(start + 3_600_000) };
  seen.read = await series.GetTimeSeries(id, "Air", range);
  seen.page = await series.GetTimeSeriesBulkStyle(id, "Air", { ...range, limit: 25 });
  seen.nextPage = await series.GetNextRecordsBulkStyle(seen.page.nextRecord);
  seen.aggregatesV3 = await sdk.GetTimeSeriesAggregateClient().GetAggregates(id, "Air", {
    from: new Date(start),
    to: new Date(start + 3_600_000),
    intervalUnit: "hour",
    intervalValue: 1,
  });
  seen.aggregatesV4 = await sdk.GetTimeSeriesAggregateClientV4().GetAggregates({
    assetId: id,
    aspectName: "Air",
    from: new Date(start).toISOString(),
    to: new Date(start + 3_600_000).toISOString(),
    intervalUnit: "hour",
    intervalValue: 1,
  });
  await series.DeleteTimeSeries(id, "Air", range.from, range.to);
  seen.afterDelete = await series.GetTimeSeries(id, "Air", range);
  seen.unknownAspect = await refusal(() => series.GetTimeSeries(id, "Nothing", range));
}

async function people() {
  const identity = sdk.GetIdentityManagementClient();
  seen.users = await identity.GetUsers({ sortBy: "userName" });
  seen.groups = await identity.GetGroups({ count: 500 });
  seen.user = await identity.PostUser({ userName: "nina@acme.example", name: { givenName: "Nina", familyName: "Nolte" } });
  const group = await identity.PostGroup({ displayName: "mdsp_usergroup:fans", description: "Fans" });
  await identity.PostGroupMember(group.id, { type: "USER", value: seen.user.id });
  seen.members = await identity.GetGroupMembers(group.id);
  seen.userInGroup = await identity.GetUser(seen.user.id);
  await identity.DeleteGroupMember(group.id, seen.user.id);
  await identity.DeleteGroup(group.id);
  await identity.DeleteUser(seen.user.id);
  seen.filtered = await identity.GetUsers({ filter: 'userName sw "al"' });
}

async function tenant() {
  const management = sdk.GetTenantManagementClient();
  seen.tenantInfo = await management.GetTenantInfo();
  seen.subtenant = await management.PostSubtenant({ id: "south", displayName: "South", description: "Customers" });
  seen.subtenants = await management.GetSubtenants({ size: 10 });
  await management.DeleteSubtenant(seen.subtenant.id);
}

async function tidyUp() {
  const { assetId } = seen.asset;
  await types.DeleteAsset(assetId, { ifMatch: `${(await types.GetAsset(assetId)).etag}` });
  await types.DeleteAssetType("acme.FanType", { ifMatch: `${seen.assetType.etag}` });
  await types.DeleteAspectType("acme.Fan", { ifMatch: `${seen.aspectType.etag}` });
  seen.gone = await refusal(() => types.GetAssetType("acme.FanType"));
}

async function main() {
  for (const part of [model, files, measurements, people, tenant, tidyUp]) {
    try {
      await part();
    } catch (error) {
      throw new Error(`${part.name}: ${error.message}`);
    }
  }
  console.log(JSON.stringify(seen));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
