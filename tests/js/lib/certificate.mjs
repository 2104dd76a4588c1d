// TLS in tests, by an authority that only they trust.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate for localhost and 127.0.0.1 from an authority of its own: one that signs itself may not also serve. */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), "usher-tls-"));
  const file = (name) => join(folder, name);
  const openssl = (...options) => execFileSync("openssl", options, { stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    writeFileSync(file("leaf.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n");
    openssl("req", "-x509", ...key, "-days", "2", "-subj", "/CN=Usher test authority", "-keyout", file("ca.key"), "-out", file("ca.pem"));
    openssl("req", "-new", ...key, "-subj", "/CN=localhost", "-keyout", file("leaf.key"), "-out", file("leaf.csr"));
    openssl("x509", "-req", "-in", file("leaf.csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-set_serial", String(Date.now()),
      "-days", "2", "-extfile", file("leaf.ext"), "-out", file("leaf.pem"));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    console.error(`openssl is needed for TLS: ${error.stderr ?? error.message}`);
    process.exit(1);
  }
  return {
    caFile: file("ca.pem"),
    key: readFileSync(file("leaf.key")),
    cert: readFileSync(file("leaf.pem")),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
