/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thirty days of a computer, minute by minute, in the time that arithmetic takes: the timer's hours, the rate limit, the schedule and
 * the waits are the real ones; the clock, the server and the weather are a script. */
#include "engine/schedule.h"

#include "engine/admin-policy-private.h"
#include "engine/automatic.h"
#include "engine/wait.h"

#define START G_GINT64_CONSTANT (1780272000) /* 2026-06-01 00:00 UTC, a Monday */
#define HOUR (60 * 60)
#define DAY (24 * HOUR)
#define JITTER (17 * 60) /* this computer's own, from the timer's FixedRandomDelay= */
#define IMPROVEMENTS 6

static void
test_due (void)
{
  const gint64 now = START;
  const gint64 late = SUTURE_SCHEDULE_CHECK - SUTURE_SCHEDULE_SLACK;
  const gint64 soon = SUTURE_SCHEDULE_EXPOSED - SUTURE_SCHEDULE_SLACK;

  g_assert_true (suture_schedule_check_is_due (0, FALSE, FALSE, now));
  g_assert_true (suture_schedule_check_is_due (now - late, FALSE, FALSE, now));
  g_assert_false (suture_schedule_check_is_due (now - late + 1, FALSE, FALSE, now));
  g_assert_true (suture_schedule_check_is_due (now - soon, FALSE, TRUE, now));
  g_assert_false (suture_schedule_check_is_due (now - soon + 1, FALSE, TRUE, now));
  g_assert_true (suture_schedule_check_is_due (now - 1, TRUE, FALSE, now));
  g_assert_true (suture_schedule_check_is_due (now + 1, FALSE, FALSE, now));
}

/* ---- the computer ---- */

typedef struct
{
  const char *id;
  gint64 published;  /* minutes since the start */
  gboolean exploited;
  gint64 turn;       /* seconds behind START; 0: no rollout */
  gint64 seen;       /* seconds; 0: not yet */
  gint64 installed;  /* seconds; 0: not yet */
} One;

typedef struct
{
  SutureAdminPolicy *policy;
  SutureChoice choice;
  SutureConditions conditions;
  One ones[IMPROVEMENTS];
  gint64 now, ran, checked, next;
  guint failed;
  gboolean last_failed;
  guint checks, runs, refused;
  GArray *check_times; /* gint64 */
} Computer;

static gboolean
is_exposed (const Computer *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->ones); i++)
    if (self->ones[i].seen > 0 && self->ones[i].installed == 0 && self->ones[i].exploited)
      return TRUE;
  return FALSE;
}

static gboolean
check (Computer *self, gboolean server)
{
  self->checks++;
  g_array_append_val (self->check_times, self->now);
  self->last_failed = !server;
  if (!server)
    return FALSE;
  self->checked = self->now;
  for (gsize i = 0; i < G_N_ELEMENTS (self->ones); i++)
    if (self->ones[i].id != NULL && self->ones[i].seen == 0 && START + 60 * self->ones[i].published <= self->now)
      self->ones[i].seen = self->now;
  return TRUE;
}

static void
install (Computer *self)
{
  SutureWaitGround ground = { .now = self->now, .choice = self->choice, .conditions = self->conditions, .policy = self->policy };

  for (gsize i = 0; i < G_N_ELEMENTS (self->ones); i++)
    {
      One *one = &self->ones[i];
      const SutureWaitSubject subject = { .id = one->id, .component = "demo", .exploited = one->exploited, .seen = one->seen,
                                          .turn = one->turn > 0 ? START + one->turn : 0, .apps = "" };
      g_autoptr (GPtrArray) waits = NULL;

      if (one->seen == 0 || one->installed > 0)
        continue;
      waits = suture_wait_list (&ground, &subject);
      if (waits->len == 0)
        one->installed = self->now;
      if (suture_wait_is_only (waits, "announce") && self->choice.announce_since == 0)
        self->choice.announce_since = self->now;
    }
}

/* What suture_automatic_run () does, with a server that answers or does not. */
static void
run (Computer *self, gboolean server)
{
  gboolean ok = TRUE;

  if (!suture_automatic_is_due (self->ran, self->failed, self->now))
    {
      self->refused++;
      return;
    }
  self->ran = self->now;
  self->runs++;
  if (suture_schedule_check_is_due (self->checked, self->failed > 0 || self->last_failed, is_exposed (self), self->now))
    ok = check (self, server);
  install (self);
  self->failed = ok ? 0 : self->failed + 1;
}

static gboolean
between (gint64 minute, double from_day, double to_day)
{
  return (double) minute >= from_day * 24 * 60 && (double) minute < to_day * 24 * 60;
}

static gboolean
is_evening (gint64 minute)
{
  return (minute / 60) % 24 >= 18 && (minute / 60) % 24 < 22;
}

/* A minute: the script changes the world, and the timer comes when its hour is over, or was over when the computer slept. */
static void
pass (Computer *self, gint64 minute, gboolean asleep, gboolean server)
{
  self->now = START + 60 * minute;
  if (asleep || self->now < self->next)
    return;
  while (self->next <= self->now)
    self->next += HOUR;
  run (self, server);
}

static Computer *
computer_new (void)
{
  Computer *self = g_new0 (Computer, 1);

  self->policy = suture_admin_policy_new ();
  self->choice.automatic = TRUE;
  self->choice.announced = TRUE;
  self->conditions = (SutureConditions) SUTURE_CONDITIONS_UNKNOWN;
  self->next = START + JITTER;
  self->check_times = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

static void
computer_free (Computer *self)
{
  suture_admin_policy_unref (self->policy);
  g_array_unref (self->check_times);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Computer, computer_free)

static guint
checks_between (const Computer *self, double from_day, double to_day)
{
  guint n = 0;

  for (guint i = 0; i < self->check_times->len; i++)
    if (between ((g_array_index (self->check_times, gint64, i) - START) / 60, from_day, to_day))
      n++;
  return n;
}

/* Day and hour, "3 09:17". */
static void
assert_installed (const Computer *self, const char *id, const char *when)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->ones); i++)
    if (g_strcmp0 (self->ones[i].id, id) == 0)
      {
        gint64 minutes = (self->ones[i].installed - START) / 60;
        g_autofree char *text = self->ones[i].installed == 0
                                    ? g_strdup ("never")
                                    : g_strdup_printf ("%d %02d:%02d", (int) (minutes / 1440), (int) (minutes / 60 % 24), (int) (minutes % 60));

        g_assert_cmpstr (text, ==, when);
        return;
      }
  g_assert_not_reached ();
}

/* ---- the thirty days ---- */

static void
test_quiet (void)
{
  g_autoptr (Computer) self = computer_new ();

  for (gint64 minute = 0; minute < 30 * 24 * 60; minute++)
    pass (self, minute, FALSE, TRUE);
  /* four a day, never closer than the schedule has it, and each hour's run is one */
  g_assert_cmpuint (self->checks, ==, 30 * 4);
  g_assert_cmpuint (self->runs, ==, 30 * 24);
  g_assert_cmpuint (self->refused, ==, 0);
  for (guint i = 1; i < self->check_times->len; i++)
    g_assert_cmpint (g_array_index (self->check_times, gint64, i) - g_array_index (self->check_times, gint64, i - 1), ==, 6 * HOUR);
}

static void
test_days (void)
{
  g_autoptr (Computer) self = computer_new ();
  const One ones[IMPROVEMENTS] = {
    { "night", 1 * 1440 + 1 * 60, FALSE, 0, 0, 0 },                  /* day 1, 01:00, while it sleeps */
    { "metered", 4 * 1440 + 17 * 60 + 30, FALSE, 0, 0, 0 },          /* day 4, 17:30: an evening over a telephone */
    { "paused", 8 * 1440 + 12 * 60, FALSE, 0, 0, 0 },                /* in the week of the pause, day 7 to 14 */
    { "battery", 17 * 1440 + 10 * 60, FALSE, 0, 0, 0 },              /* day 17, low from 09:00 to 15:40 */
    { "exploited", 20 * 1440 + 13 * 60, TRUE, 22 * DAY, 0, 0 },      /* day 20, 13:00; its turn comes on day 22 */
    { "unreachable", 25 * 1440 + 5 * 60, FALSE, 0, 0, 0 },           /* the server fails from day 25, 02:00, for a day and a half */
  };

  memcpy (self->ones, ones, sizeof ones);
  self->choice.delay_days = 0;
  for (gint64 minute = 0; minute < 30 * 24 * 60; minute++)
    {
      self->choice.paused_until = between (minute, 7, 30) ? START + 14 * DAY : 0;
      self->conditions.metered = between (minute, 4, 5) && is_evening (minute);
      self->conditions.battery_low = between (minute, 17 + 9 / 24.0, 17 + 15.67 / 24) ? 15 : -1;
      pass (self, minute, (minute / 60) % 24 < 7 && minute < 7 * 1440, !between (minute, 25 + 2 / 24.0, 26.5));
    }
  assert_installed (self, "night", "1 07:00");       /* caught up with in the first minute awake */
  assert_installed (self, "metered", "4 22:17");     /* seen at 19:17, when lists were asked for all the same */
  assert_installed (self, "paused", "14 00:17");     /* seen on day 8: the pause ends, and the next hour installs */
  assert_installed (self, "battery", "17 16:17");    /* charged at 15:40 */
  assert_installed (self, "exploited", "22 00:17");  /* its turn, not the next check, which a run of each hour does not wait for */
  assert_installed (self, "unreachable", "26 14:17");
  /* nobody is asked more often for a pause, a battery, or an evening over a telephone */
  g_assert_cmpuint (checks_between (self, 8, 14), ==, 6 * 4);
  g_assert_cmpuint (checks_between (self, 17, 18), ==, 4);
  /* while something is open that is used in attacks, each hour */
  g_assert_cmpuint (checks_between (self, 21, 22), ==, 24);
  g_assert_cmpuint (checks_between (self, 23, 24), ==, 4);
  /* a server that fails is asked after 1, 1, 2, 3 and then each 5 hours or so, and after the first success as always */
  g_assert_cmpuint (checks_between (self, 25 + 2 / 24.0, 26.5), <=, 10);
  g_assert_cmpuint (checks_between (self, 25 + 2 / 24.0, 26.5), >=, 6);
  g_assert_cmpuint (self->failed, ==, 0);
}

/* Switched on, and nobody there: not before a day has passed since it could have been installed; then as always. */
static void
test_nobody_is_told (void)
{
  g_autoptr (Computer) self = computer_new ();

  self->choice.announced = FALSE;
  self->ones[0] = (One) { "first", 3 * 1440, FALSE, 0, 0, 0 };
  self->ones[1] = (One) { "second", 6 * 1440, FALSE, 0, 0, 0 };
  for (gint64 minute = 0; minute < 10 * 24 * 60; minute++)
    pass (self, minute, FALSE, TRUE);
  assert_installed (self, "first", "4 00:17");
  assert_installed (self, "second", "6 00:17");
}

static void
test_delay_and_hours (void)
{
  g_autoptr (Computer) self = computer_new ();

  self->choice.delay_days = 30;
  self->policy->delay_days = 3;
  self->policy->hours = suture_hours_parse ("Sat,Sun 02:00-05:00", NULL);
  self->ones[0] = (One) { "ordinary", 1 * 1440 + 9 * 60, FALSE, 0, 0, 0 };
  self->ones[1] = (One) { "exploited", 2 * 1440, TRUE, 0, 0, 0 };
  self->ones[2] = (One) { "late", 3 * 1440, FALSE, 0, 0, 0 };
  for (gint64 minute = 0; minute < 14 * 24 * 60; minute++)
    pass (self, minute, FALSE, TRUE);
  assert_installed (self, "ordinary", "5 02:17");
  assert_installed (self, "exploited", "5 02:17"); /* hours are hours */
  assert_installed (self, "late", "6 02:17");      /* three days are over on Saturday at 00:17 + 3, seen on Thursday at 00:17 */
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/due", test_due);
  g_test_add_func ("/schedule/quiet", test_quiet);
  g_test_add_func ("/schedule/days", test_days);
  g_test_add_func ("/schedule/nobody-is-told", test_nobody_is_told);
  g_test_add_func ("/schedule/delay-and-hours", test_delay_and_hours);
  return g_test_run ();
}
