// SPDX-License-Identifier: LGPL-2.1-or-later
// tuf-js behind the command line of tests/support/tuf-client, as far as test-interop.py needs it:
//   client.js METADATA_DIR METADATA_URL TARGET_DIR TARGET_URL PATH
// METADATA_DIR/root.json is trusted. Exit status 0: the target was verified and stored.
const { Updater } = require("tuf-js");

async function main([metadataDir, metadataBaseUrl, targetDir, targetBaseUrl, path]) {
  const updater = new Updater({ metadataDir, metadataBaseUrl, targetDir, targetBaseUrl });
  await updater.refresh();
  const target = await updater.getTargetInfo(path);
  if (target === undefined)
    throw new Error(`there is no ${path}`);
  await updater.downloadTarget(target);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`tuf-js: ${error.name}: ${error.message}`);
  process.exit(1);
});
