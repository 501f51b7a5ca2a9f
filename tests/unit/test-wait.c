/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/wait.h"

#include "base/error.h"
#include "engine/admin-policy-private.h"

#define NOW G_GINT64_CONSTANT (1780315200) /* 2026-06-01 12:00 UTC, a Monday */
#define DAY (24 * 60 * 60)

/* One thing that is so, on a ground and a subject on which nothing waits; and what that gives. */
typedef struct
{
  const char *name;
  void (*make) (SutureWaitGround *ground, SutureWaitSubject *subject, SutureAdminPolicy *policy);
  const char *waits; /* "which until detail", a line each */
  gboolean general;  /* the computer waits as well, for all of that */
} Row;

#define MAKE(name) static void name (SutureWaitGround *ground, SutureWaitSubject *subject, SutureAdminPolicy *policy)

static char **
names (const char *text)
{
  return g_strsplit (text, " ", -1);
}

MAKE (nothing) {}
MAKE (off) { ground->choice.automatic = FALSE; }
MAKE (off_by_policy) { policy->automatic = FALSE; }
MAKE (on_by_policy) { ground->choice.automatic = FALSE; policy->automatic = TRUE; }
MAKE (not_announced) { ground->choice.announced = FALSE; }
MAKE (announced_soon) { ground->choice.announced = FALSE; ground->choice.announce_since = NOW - 60; }
MAKE (announced_never) { ground->choice.announced = FALSE; ground->choice.announce_since = NOW - SUTURE_WAIT_ANNOUNCE; }
MAKE (announced_ahead) { ground->choice.announced = FALSE; ground->choice.announce_since = NOW + 9 * DAY; }
MAKE (off_and_not_announced) { ground->choice.announced = FALSE; ground->choice.automatic = FALSE; }
MAKE (paused) { ground->choice.paused_until = NOW + 1; }
MAKE (pause_over) { ground->choice.paused_until = NOW; }
MAKE (pause_forbidden) { ground->choice.paused_until = NOW + DAY; policy->pause = FALSE; }
MAKE (pause_allowed) { ground->choice.paused_until = NOW + DAY; policy->pause = TRUE; }
MAKE (metered) { ground->conditions.metered = TRUE; }
MAKE (metered_used) { ground->conditions.metered = TRUE; ground->choice.use_metered = TRUE; }
MAKE (metered_forbidden) { ground->conditions.metered = TRUE; ground->choice.use_metered = TRUE; policy->metered = FALSE; }
MAKE (metered_by_policy) { ground->conditions.metered = TRUE; policy->metered = TRUE; }
MAKE (battery) { ground->conditions.battery_low = 19; }
MAKE (battery_empty) { ground->conditions.battery_low = 0; }
MAKE (hours) { policy->hours = suture_hours_parse ("Mon 13:00-14:00", NULL); }
MAKE (hours_now) { policy->hours = suture_hours_parse ("Mon 11:00-13:00", NULL); }
MAKE (delay) { ground->choice.delay_days = 3; subject->seen = NOW - DAY; }
MAKE (delay_over) { ground->choice.delay_days = 3; subject->seen = NOW - 3 * DAY; }
MAKE (delay_from_now) { ground->choice.delay_days = 3; subject->seen = 0; }
MAKE (delay_clock_was_ahead) { ground->choice.delay_days = 3; subject->seen = NOW + 90 * DAY; }
MAKE (delay_exploited) { ground->choice.delay_days = 3; subject->seen = NOW; subject->exploited = TRUE; }
MAKE (delay_exploited_too) { delay_exploited (ground, subject, policy); ground->choice.delay_exploited = TRUE; }
MAKE (delay_by_policy) { subject->seen = NOW; policy->delay_days = 7; }
MAKE (no_delay_by_policy) { ground->choice.delay_days = 30; subject->seen = NOW; policy->delay_days = 0; }
MAKE (exploited_by_policy) { delay_exploited_too (ground, subject, policy); policy->delay_exploited = FALSE; }
MAKE (rollout) { subject->turn = NOW + 600; }
MAKE (rollout_came) { subject->turn = NOW; }
MAKE (rollout_gap) { subject->turn = NOW + 600; subject->gap = TRUE; }
MAKE (held)
{
  policy->hold = names ("other demo");
  g_free (policy->reason);
  policy->reason = g_strdup ("being looked at");
}
MAKE (held_letter) { policy->hold = names ("demo-b"); }
MAKE (held_other_letter) { policy->hold = names ("demo-a demon"); }
MAKE (held_pattern) { policy->hold = names ("dem*"); }
MAKE (held_all) { policy->hold = names ("*"); }
MAKE (approved) { policy->approved = names ("demo-b"); }
MAKE (approved_other) { policy->approved = names ("demo-a"); }
MAKE (approved_none) { policy->approved = g_new0 (char *, 1); }
MAKE (held_and_approved) { policy->approved = names ("demo"); policy->hold = names ("demo"); }
MAKE (broken)
{
  policy->fault = g_error_new (SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION, "/etc/suture/policy.conf, line 2: it takes yes or no");
}
MAKE (removed) { subject->removed = TRUE; }
MAKE (undone) { subject->undone = "demo.service failed"; }
MAKE (stays) { subject->stays = "demo-c"; }
MAKE (stays_gap) { subject->stays = "demo-c"; subject->gap = TRUE; }
MAKE (apps) { subject->apps = "org.example.One.desktop two.desktop"; }
MAKE (apps_exploited) { apps (ground, subject, policy); subject->exploited = TRUE; }
MAKE (everything)
{
  off_and_not_announced (ground, subject, policy);
  paused (ground, subject, policy);
  metered (ground, subject, policy);
  battery (ground, subject, policy);
  hours (ground, subject, policy);
  delay (ground, subject, policy);
  rollout (ground, subject, policy);
  held (ground, subject, policy);
  removed (ground, subject, policy);
  undone (ground, subject, policy);
  stays (ground, subject, policy);
  apps (ground, subject, policy);
}

static const Row rows[] = {
  { "nothing", nothing, "" },
  { "off", off, "off +0 \n", TRUE },
  { "off-by-policy", off_by_policy, "off +0 \n", TRUE },
  { "on-by-policy", on_by_policy, "" },
  { "not-announced", not_announced, "announce +0 \n", TRUE },
  { "announced-soon", announced_soon, "announce +86340 \n", TRUE },
  { "announced-never", announced_never, "" },
  { "announced-ahead", announced_ahead, "announce +86400 \n", TRUE },
  { "off-and-not-announced", off_and_not_announced, "off +0 \n", TRUE },
  { "paused", paused, "paused +1 \n", TRUE },
  { "pause-over", pause_over, "" },
  { "pause-forbidden", pause_forbidden, "" },
  { "pause-allowed", pause_allowed, "paused +86400 \n", TRUE },
  { "metered", metered, "metered +0 \n", TRUE },
  { "metered-used", metered_used, "" },
  { "metered-forbidden", metered_forbidden, "metered +0 \n", TRUE },
  { "metered-by-policy", metered_by_policy, "" },
  { "battery", battery, "battery +0 19\n", TRUE },
  { "battery-empty", battery_empty, "battery +0 0\n", TRUE },
  { "hours", hours, "hours +3600 \n", TRUE },
  { "hours-now", hours_now, "" },
  { "delay", delay, "delay +172800 \n" },
  { "delay-over", delay_over, "" },
  { "delay-from-now", delay_from_now, "delay +259200 \n" },
  { "delay-clock-was-ahead", delay_clock_was_ahead, "delay +259200 \n" },
  { "delay-exploited", delay_exploited, "" },
  { "delay-exploited-too", delay_exploited_too, "delay +259200 \n" },
  { "delay-by-policy", delay_by_policy, "delay +604800 \n" },
  { "no-delay-by-policy", no_delay_by_policy, "" },
  { "exploited-by-policy", exploited_by_policy, "" },
  { "rollout", rollout, "rollout +600 \n" },
  { "rollout-came", rollout_came, "" },
  { "rollout-gap", rollout_gap, "" },
  { "held", held, "managed +0 being looked at\n" },
  { "held-letter", held_letter, "managed +0 \n" },
  { "held-other-letter", held_other_letter, "" },
  { "held-pattern", held_pattern, "managed +0 \n" },
  { "held-all", held_all, "managed +0 \n" },
  { "approved", approved, "" },
  { "approved-other", approved_other, "managed +0 \n" },
  { "approved-none", approved_none, "managed +0 \n" },
  { "held-and-approved", held_and_approved, "managed +0 \n" },
  { "broken", broken, "policy +0 /etc/suture/policy.conf, line 2: it takes yes or no\n", TRUE },
  { "removed", removed, "removed +0 \n" },
  { "undone", undone, "undone +0 demo.service failed\n" },
  { "stays", stays, "stays +0 demo-c\n" },
  { "stays-gap", stays_gap, "" },
  { "apps", apps, "apps +0 org.example.One.desktop two.desktop\n" },
  { "apps-exploited", apps_exploited, "" },
  { "everything", everything,
    "off +0 \npaused +1 \nmetered +0 \nbattery +0 19\nhours +3600 \ndelay +172800 \nrollout +600 \nmanaged +0 being looked at\n"
    "removed +0 \nundone +0 demo.service failed\nstays +0 demo-c\napps +0 org.example.One.desktop two.desktop\n" },
};

static char *
write_down (const GPtrArray *waits)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < waits->len; i++)
    {
      const SutureWait *wait = g_ptr_array_index (waits, i);

      g_string_append_printf (text, "%s +%" G_GINT64_FORMAT " %s\n", wait->which, wait->until != 0 ? wait->until - NOW : 0, wait->detail);
    }
  return g_string_free (text, FALSE);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_new ();
  SutureWaitGround ground = { .now = NOW, .choice = { .automatic = TRUE, .announced = TRUE },
                              .conditions = SUTURE_CONDITIONS_UNKNOWN, .policy = policy };
  SutureWaitSubject subject = { .id = "demo-b", .component = "demo", .seen = NOW - 60 * DAY, .apps = "" };
  g_autoptr (GPtrArray) waits = NULL;
  g_autoptr (GPtrArray) general = NULL;
  g_autofree char *text = NULL;

  row->make (&ground, &subject, policy);
  waits = suture_wait_list (&ground, &subject);
  general = suture_wait_list_general (&ground);
  text = write_down (waits);
  g_assert_cmpstr (text, ==, row->waits);
  g_assert_true (suture_wait_equal (waits, waits));
  if (row->general)
    g_assert_true (suture_wait_equal (waits, general));
  /* what holds for all is what an improvement is told first */
  g_assert_cmpuint (general->len, <=, waits->len);
  for (guint i = 0; i < general->len; i++)
    g_assert_cmpstr (((SutureWait *) g_ptr_array_index (general, i))->which, ==, ((SutureWait *) g_ptr_array_index (waits, i))->which);
  g_assert_true (suture_wait_is_only (waits, "announce") == g_str_has_prefix (row->waits, "announce"));
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/wait/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
