// Fresh meetings and registrations, one per check that needs its own.
import { unique, YEAR } from "../lib/demo.mjs";

export const START = `${YEAR}-03-09T11:00:00Z`;
export const END = `${YEAR}-03-09T14:30:00Z`;

/** A new meeting of the organizer. */
export async function freshMeeting({ organizer }, subject = "Reading a river") {
  return organizer.api("/me/onlineMeetings").post({ subject: `${subject} ${unique("check")}`, startDateTime: START, endDateTime: END });
}

/** The path of a meeting's registration, as the organizer calls it. */
export function mine(meeting) {
  return `/me/onlineMeetings/${meeting.id}/registration`;
}

/** The same, as others call it. */
export function theirs({ demo }, meeting) {
  return `/users/${demo.organizer.id}/onlineMeetings/${meeting.id}/registration`;
}

/** A new meeting with a built-in registration. */
export async function freshRegistration(run, allowedRegistrant, customQuestions = []) {
  const meeting = await freshMeeting(run);
  const registration = await run.organizer.api(mine(meeting)).post(builtIn(allowedRegistrant, { customQuestions }));
  return { meeting, registration };
}

/** A new meeting with an external registration. */
export async function freshExternal(run, allowedRegistrant) {
  const meeting = await freshMeeting(run);
  const registration = await run.organizer
    .api(mine(meeting))
    .post({ "@odata.type": "#microsoft.graph.externalMeetingRegistration", allowedRegistrant });
  return { meeting, registration };
}

/** The body of a built-in registration. */
export function builtIn(allowedRegistrant, more = {}) {
  return {
    "@odata.type": "#microsoft.graph.meetingRegistration",
    subject: "Reading a river: gauging for beginners",
    description: "A half-day online clinic – stage, discharge and the errors between them.",
    startDateTime: START,
    endDateTime: END,
    allowedRegistrant,
    speakers: [{ displayName: "Ines Calloway", bio: "Leads the sediment transport group" }],
    ...more,
  };
}

export const CHOICE = {
  displayName: "Have you used an acoustic profiler before?",
  answerInputType: "radioButton",
  answerOptions: ["Yes", "No"],
  isRequired: true,
};
export const WORDS = { displayName: "Which river do you work on?", answerInputType: "text", isRequired: false };

/** The body of a registrant. */
export function registrant(person, customQuestionAnswers = []) {
  return {
    "@odata.type": "#microsoft.graph.meetingRegistrant",
    firstName: person.givenName,
    lastName: person.surname,
    email: person.mail,
    customQuestionAnswers,
  };
}

/** The body of an external registrant: somebody by the id that another system knows them by. */
export function ticket(id) {
  return { "@odata.type": "#microsoft.graph.externalMeetingRegistrant", id };
}

/** The body of a subscription to a meeting's registrants. */
export function subscription(receiver, meeting, more = {}) {
  return {
    resource: `me/onlineMeetings/${meeting.id}/registration/registrants`,
    changeType: "created,updated,deleted",
    notificationUrl: receiver.address("/told"),
    clientState: "between us",
    expirationDateTime: inFuture(7_200),
    ...more,
  };
}

/** A moment so many seconds from now. */
export function inFuture(seconds) {
  return new Date(Date.now() + 1_000 * seconds).toISOString();
}

/** Somebody from elsewhere, with an address nobody has used. */
export function stranger(givenName = "Odile", surname = "Marchetti") {
  return { givenName, surname, mail: `${unique(givenName.toLowerCase().replace(/[^a-z]/g, ""))}@pinewater.example` };
}
