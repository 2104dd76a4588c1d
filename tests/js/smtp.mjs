// A real SMTP server for tests, on a free port of 127.0.0.1, until standard input ends.
//
//   node smtp.mjs '{"security":"none"|"starttls"|"tls","username":…,"password":…,"refuseRecipient":…,"tempFailFirst":n}'
//
// Prints {"port","caFile"} first, then each message it took as {"from","to","raw","tls","user"}, one JSON object a line.
import { SMTPServer } from "smtp-server";
import { makeCertificate } from "./lib/certificate.mjs";

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
process.once("exit", () => certificate?.remove());

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
