# Pages of `usher demo`, and the reference of the programming interface.

home-title = Meeting registration that is yours
home-what = Usher registers people for online meetings. Programs speak to it as they speak to Microsoft Graph; people get a form, a personal link in their mailbox and an invitation in their calendar.
home-where = Everything you see runs on this machine, in a temporary folder. Nothing leaves it: letters land in the mailbox below.
home-samples = Meetings to look at
home-samples-how = Register under any name and address. The letters that you and others get are in the mailbox.
home-sample-open = Open for everyone, with questions. It begins soon: the link in the letter leads in already.
home-sample-waiting-list = Full, with a waiting list. Join it, cancel Hanne’s place by the link in her letter, and you are offered it.
home-sample-full = Full, without a waiting list.
home-sample-not-open = Not open yet: the page says when it will be.
home-sample-closed = Closed. It is in German; the page around it is in the language that you choose at its foot.
home-sample-approval = The organizer decides about each request. It is in Arabic, which runs from right to left.
home-sample-members = For members, who sign in: { $member }, with the password “{ $password }”. Of { $nameless } the directory has no name, and so it is turned away.
home-sample-running = On at this moment: register, and the link in the letter leads right in.
home-sample-one-device = On as well, and a link lets one device in at a time: open it in a second browser.
home-sample-over = Over. The link in Hanne’s letter leads to a closed door.
home-sample-canceled = Cancelled by its organizer: Yusuf has a letter about it.
home-look = Look around
home-link-mailbox = The mailbox
home-link-mailbox-about = Every letter sent so far, with its invitation.
home-link-api = The programming interface
home-link-api-about = Every operation and who may call it.
home-link-openapi = OpenAPI description
home-link-openapi-about = The same, for programs.
home-link-health = Health
home-link-health-about = Is everything running?

room-title = You are in
room-in = The join gate knew your link and let you through.
room-where = This page stands for the meeting room. A real meeting sends people on to its own address, at Teams or anywhere else.

mailbox-title = Mailbox
mailbox-explain = Letters that would have gone out by mail, newest first.
mailbox-empty = No letters yet. Register for a meeting, and the first one lands here.

mailbox-to = To
mailbox-sent = Sent
mailbox-kind = Kind
mailbox-kind-confirmation = Confirmation
mailbox-kind-update = Change
mailbox-kind-reminder = Reminder
mailbox-kind-cancellation = Cancellation
mailbox-kind-offer = Offer to cancel
mailbox-kind-waitlisted = Waiting list
mailbox-kind-place-offered = Offered place
mailbox-kind-offer-expired = Offer expired
mailbox-kind-pending = Waits for approval
mailbox-kind-rejected = Rejected
mailbox-text = As text
mailbox-html = As HTML
mailbox-calendar = The calendar entry
mailbox-back = Back to the mailbox

api-title = Programming interface
api-explain = Every operation, in the order of its address. The same as a file for programs:
api-delegated = On behalf of a person
api-application = As an application
api-nobody = not available
api-anonymous = Without a token
api-anonymous-yes = allowed
api-success = Answers { $status }
api-contents = Operations
