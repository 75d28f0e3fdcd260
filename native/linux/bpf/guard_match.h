/*
 * What the rules for blocking come to: tests of an event's texts, each naming which test is next
 * when it holds and when it does not, until one names a verdict. Plain C: a test compiles it for
 * the host and compares it with the rules.
 */
#pragma once

#define GUARD_TESTS 4096
#define GUARD_TEXT_BYTES 65536
#define GUARD_DENY 0xffff
#define GUARD_ALLOW 0xfffe
/* Comparisons for one verdict; whoever needs more is refused. */
#define GUARD_STEPS (1u << 22)

enum { GUARD_IS, GUARD_BEGINS, GUARD_ENDS, GUARD_CONTAINS };
/* The second half are the last parts of the first half's texts. */
enum {
	GUARD_TARGET,
	GUARD_IMAGE,
	GUARD_USER,
	GUARD_PID,
	GUARD_IS_EXECUTABLE,
	GUARD_FIELDS = 8,
	GUARD_SLOTS = 2 * GUARD_FIELDS
};
enum { GUARD_EXECUTABLE, GUARD_SHREDDING, GUARD_EVENTS };

struct guard_test {
	u8 operation;
	u8 slot;
	u16 length;
	u32 text;
	u16 next_if_true;
	u16 next_if_false;
};

struct guard_policy {
	u32 entry[GUARD_EVENTS];
	struct guard_test tests[GUARD_TESTS];
	u8 text[GUARD_TEXT_BYTES];
};

#define GUARD_EVENT_TEXT 16384
#define GUARD_NAME_BYTES 256

struct guard_text {
	u32 start;
	u32 length;
};

/* An event's texts, and where the comparison stands. */
struct guard_event {
	struct guard_text texts[GUARD_SLOTS];
	u32 at;
	u32 is_begun;
	u32 start;
	u32 last_start;
	u32 matched;
	u8 text[GUARD_EVENT_TEXT + GUARD_NAME_BYTES];
};

static __always_inline u8 guard_folded(u8 byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

static __always_inline void guard_go(struct guard_event *event, u32 next)
{
	event->at = next;
	event->is_begun = 0;
}

/* One comparison; 1 once `at` is a verdict. */
static __always_inline int guard_step(const struct guard_policy *policy, struct guard_event *event)
{
	const struct guard_test *test;
	u32 at = event->at, length, size, first, start, matched;
	u8 wanted, found;

	if (at >= GUARD_TESTS)
		return 1;
	test = &policy->tests[at];
	length = test->length;
	first = event->texts[test->slot & (GUARD_SLOTS - 1)].start;
	if (!event->is_begun) {
		size = event->texts[test->slot & (GUARD_SLOTS - 1)].length;
		if (length > size || (test->operation == GUARD_IS && length != size)) {
			guard_go(event, test->next_if_false);
			return 0;
		}
		event->start = test->operation == GUARD_ENDS ? size - length : 0;
		event->last_start =
			test->operation == GUARD_CONTAINS ? size - length : event->start;
		event->matched = 0;
		event->is_begun = 1;
	}
	start = event->start;
	matched = event->matched;
	if (matched >= length) {
		guard_go(event, test->next_if_true);
		return 0;
	}
	if (start > event->last_start) {
		guard_go(event, test->next_if_false);
		return 0;
	}
	wanted = policy->text[(test->text + matched) & (GUARD_TEXT_BYTES - 1)];
	found = guard_folded(event->text[(first + start + matched) & (GUARD_EVENT_TEXT - 1)]);
	if (wanted == found) {
		event->matched = matched + 1;
	} else {
		event->start = start + 1;
		event->matched = 0;
	}
	return 0;
}

static __always_inline void guard_begin(const struct guard_policy *policy,
					struct guard_event *event, u32 kind)
{
	event->at = policy->entry[kind & (GUARD_EVENTS - 1)];
	event->is_begun = 0;
}

/* What follows the last separator of a text, from which `length` bytes were looked at. */
static __always_inline void guard_look_at(struct guard_event *event, u32 slot, u32 offset)
{
	struct guard_text *whole = &event->texts[slot & (GUARD_FIELDS - 1)];
	struct guard_text *part = &event->texts[GUARD_FIELDS + (slot & (GUARD_FIELDS - 1))];
	u8 byte = event->text[(whole->start + offset) & (GUARD_EVENT_TEXT - 1)];

	if (byte != '/' && byte != '\\')
		return;
	part->start = whole->start + offset + 1;
	part->length = whole->length - offset - 1;
}
