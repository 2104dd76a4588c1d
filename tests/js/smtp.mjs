// A real SMTP server for tests, on a free port of 127.0.0.1, until standard input ends.
//
//   node smtp.mjs '{"security":"none"|"starttls"|"tls","username":…,"password":…,"refuseRecipient":…,"tempFailFirst":n}'
//
// Prints {"port","caFile"} first, then each message it took as {"from","to","raw","tls","user"}, one JSON object a line.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";

const { security = "none", username, password, refuseRecipient, tempFailFirst = 0 } = JSON.parse(process.argv[2] ?? "{}");
if (!["none", "starttls", "tls"].includes(security)) {
  console.error(`security is none, starttls or tls, not ${security}`);
  process.exit(1);
}

const certificate = security === "none" ? null : makeCertificate();
let toFail = tempFailFirst;

const server = new SMTPServer({
  name: "localhost",
  banner: "usher tests",
  secure: security === "tls",
  key: certificate?.key,
  cert: certificate?.cert,
  hideSTARTTLS: security !== "starttls",
  disabledCommands: [...(security === "starttls" ? [] : ["STARTTLS"]), ...(username ? [] : ["AUTH"])],
  // Without TLS a password goes in the clear: allowed where the test asks for it, and nowhere else.
  allowInsecureAuth: security === "none",
  authOptional: !username,
  disableReverseLookup: true,
  logger: false,
  onAuth: (auth, session, done) =>
    auth.username === username && auth.password === password
      ? done(null, { user: auth.username })
      : done(smtpError(535, "5.7.8 authentication failed")),
  onMailFrom: (address, session, done) =>
    security !== "none" && !session.secure ? done(smtpError(530, "5.7.0 must issue STARTTLS first")) : done(),
  onRcptTo: (address, session, done) =>
    address.address.toLowerCase() === refuseRecipient?.toLowerCase() ? done(smtpError(550, "5.1.1 no such user here")) : done(),
  onData: take,
});

// A client that hangs up in the middle of TLS is the test's business, not ours.
server.on("error", (error) => console.error(`smtp: ${error.message}`));
server.listen(0, "127.0.0.1", () =>
  console.log(JSON.stringify({ port: server.server.address().port, caFile: certificate?.caFile ?? null })));

process.stdin.resume();
process.stdin.once("end", stop);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
process.once("exit", () => certificate && rmSync(certificate.folder, { recursive: true, force: true }));

function take(stream, session, done) {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.once("end", () => {
    if (toFail > 0) {
      toFail -= 1;
      return done(smtpError(451, "4.3.0 try again later"));
    }
    console.log(JSON.stringify({
      from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
      to: session.envelope.rcptTo.map(({ address }) => address),
      raw: Buffer.concat(chunks).toString("base64"),
      tls: session.secure === true,
      user: session.user ?? null,
    }));
    return done(null, "2.0.0 taken");
  });
}

function stop() {
  server.close(() => process.exit(0));
  // Connections that clients keep open do not hold us up.
  setTimeout(() => process.exit(0), 500).unref();
}

function smtpError(responseCode, message) {
  return Object.assign(new Error(message), { responseCode });
}

/** A certificate for localhost and 127.0.0.1 from an authority of its own: one that signs itself may not also serve. */
function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), "usher-smtp-"));
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
    console.error(`openssl is needed for the security ${security}: ${error.stderr ?? error.message}`);
    process.exit(1);
  }
  return { folder, caFile: file("ca.pem"), key: readFileSync(file("leaf.key")), cert: readFileSync(file("leaf.pem")) };
}
