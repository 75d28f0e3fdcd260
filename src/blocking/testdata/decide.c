/* The kernel's evaluation of rules for blocking, on the host. */
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#include "guard_match.h"

static struct guard_policy policy;
static struct guard_event event;

static u32 number_at(const u8 *bytes)
{
	u32 number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

void use_policy(const u8 *encoded)
{
	u32 tests = number_at(encoded + 8), text = number_at(encoded + 12);

	memset(&policy, 0, sizeof(policy));
	policy.entry[0] = number_at(encoded);
	policy.entry[1] = number_at(encoded + 4);
	memcpy(policy.tests, encoded + 20, tests * sizeof(struct guard_test));
	memcpy(policy.text, encoded + 20 + tests * sizeof(struct guard_test), text);
}

void use_text(u32 slot, const u8 *text, u32 length)
{
	struct guard_text place = { slot * 256, length };

	memcpy(event.text + place.start, text, length);
	event.texts[slot] = event.texts[GUARD_FIELDS + slot] = place;
	for (u32 i = 0; i < length; i++)
		guard_look_at(&event, slot, i);
}

/* 1 when it is denied. */
u32 decide(u32 kind)
{
	guard_begin(&policy, &event, kind);
	for (u32 i = 0; i < GUARD_STEPS; i++) {
		if (guard_step(&policy, &event))
			break;
	}
	return event.at != GUARD_ALLOW;
}
