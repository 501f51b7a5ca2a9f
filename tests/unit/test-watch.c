/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/watch.h"

#include "test-manifest.h"

#define LIBRARY "/usr/lib/libdemo.so.1"
#define BEGAN G_GINT64_CONSTANT (1000000) /* seconds */
#define AT(seconds) ((BEGAN + (seconds)) * G_USEC_PER_SEC)

typedef struct
{
  SutureManifest *manifest;
  SutureProbation probation;
  SutureWatch *watch;
} Fixture;

static void
begin (Fixture *f, const char *units, const char *failing)
{
  f->probation = (SutureProbation){ .improvement = (char *) "demo-a", .began = BEGAN, .units = (char *) units,
                                    .failing = (char *) failing };
  g_clear_pointer (&f->watch, suture_watch_free);
  f->watch = suture_watch_new (&f->probation, f->manifest);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const char *const olds[] = { "old", NULL };
  g_autofree char *file = test_manifest_file (LIBRARY, "new", olds, 1);
  const TestManifest described = { .files = file };
  g_autoptr (GBytes) json = test_manifest_json (&described);

  f->manifest = suture_manifest_parse (json, NULL);
  g_assert_nonnull (f->manifest);
  begin (f, "web.service\nmail.service", "bad.service");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  suture_watch_free (f->watch);
  suture_manifest_unref (f->manifest);
}

static void
unit (Fixture *f, int seconds, const char *name, const char *active, const char *result, guint restarts)
{
  const SutureUnitState state
      = { .name = (char *) name, .active = (char *) active, .result = (char *) result, .restarts = restarts };

  suture_watch_take_unit (f->watch, &state, AT (seconds));
}

static void
crash (Fixture *f, int seconds, const char *program, const char *of, const char *mapped, gboolean counts)
{
  char *files[] = { (char *) mapped, NULL };
  const SutureCrash one
      = { .time = AT (seconds), .program = (char *) program, .unit = (char *) of, .files = files, .counts = counts };

  suture_watch_take_crash (f->watch, &one);
}

static void
test_failed (Fixture *f, gconstpointer data)
{
  unit (f, 3, "web.service", "active", "success", 0);
  unit (f, 3, "bad.service", "failed", "exit-code", 0);
  unit (f, 3, "other.service", "failed", "exit-code", 0);
  g_assert_null (suture_watch_get_verdict (f->watch));
  unit (f, 8, "web.service", "failed", "core-dump", 0);
  g_assert_cmpstr (suture_watch_get_verdict (f->watch), ==, "web.service stopped working after it was installed (it crashed)");
  unit (f, 13, "mail.service", "failed", "exit-code", 0);
  g_assert_cmpstr (suture_watch_get_verdict (f->watch), ==, "web.service stopped working after it was installed (it crashed)");
}

/* What was restarted by itself right after the switch counts from the first, before anybody has looked. */
static void
test_restarts_from_the_switch (Fixture *f, gconstpointer data)
{
  unit (f, 20, "web.service", "activating", "exit-code", 4);
  g_assert_null (suture_watch_get_verdict (f->watch));
  unit (f, 25, "web.service", "activating", "exit-code", 5);
  g_assert_cmpstr (suture_watch_get_verdict (f->watch), ==,
                   "web.service stopped working after it was installed (it failed 5 times in a minute)");
}

/* A watch that begins later, after the helper was killed, counts from what it finds. */
static void
test_restarts_later (Fixture *f, gconstpointer data)
{
  unit (f, 120, "web.service", "active", "success", 7);
  unit (f, 150, "web.service", "active", "success", 11);
  g_assert_null (suture_watch_get_verdict (f->watch));
  unit (f, 178, "web.service", "active", "success", 12);
  g_assert_nonnull (suture_watch_get_verdict (f->watch));
}

static void
test_restarts_slowly (Fixture *f, gconstpointer data)
{
  /* four in a minute, for a long time */
  for (int i = 0; i < 36; i++)
    unit (f, 100 + i * 15, "web.service", "active", "success", 7 + (guint) i);
  g_assert_null (suture_watch_get_verdict (f->watch));
  /* a person has started it anew */
  unit (f, 700, "web.service", "active", "success", 0);
  unit (f, 705, "web.service", "active", "success", 4);
  g_assert_null (suture_watch_get_verdict (f->watch));
}

static void
test_crashes (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 4; i++)
    crash (f, 10 + i * 10, "/usr/bin/tool", "", LIBRARY, TRUE);
  crash (f, 42, "/usr/bin/tool", "", "/usr/lib/libother.so.1", TRUE);
  crash (f, 43, "/usr/bin/tool", "", LIBRARY, FALSE); /* somebody's own, from afar */
  g_assert_null (suture_watch_get_verdict (f->watch));
  crash (f, 45, "/usr/bin/tool", "", LIBRARY, TRUE);
  g_assert_cmpstr (suture_watch_get_verdict (f->watch), ==, "tool stopped working after it was installed (it crashed 5 times in a minute)");
}

/* Anybody's program can be called anything. */
/* Each once: what they have in common may be something else. */
static void
test_crashes_of_many (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 9; i++)
    {
      g_autofree char *program = g_strdup_printf ("/usr/bin/tool-%d", i);

      crash (f, 10 + i, program, "", LIBRARY, TRUE);
    }
  g_assert_null (suture_watch_get_verdict (f->watch));
}

static void
test_crashes_of_odd_names (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 5; i++)
    crash (f, 10 + i, "/srv/<b>\x1b[31m\nname", "", LIBRARY, TRUE);
  g_assert_nonnull (strstr (suture_watch_get_verdict (f->watch), " stopped working after it was installed"));
  for (const char *at = suture_watch_get_verdict (f->watch); *at != '\0'; at++)
    g_assert_false (g_ascii_iscntrl (*at));
}

static void
test_crashes_slowly (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 40; i++)
    crash (f, 10 + i * 16, "/usr/bin/tool", "", LIBRARY, TRUE);
  g_assert_null (suture_watch_get_verdict (f->watch));
}

static void
test_crashes_of_units (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 5; i++)
    crash (f, 10 + i, "/usr/sbin/bad", "bad.service", LIBRARY, TRUE);
  g_assert_null (suture_watch_get_verdict (f->watch));
  for (int i = 0; i < 5; i++)
    crash (f, 20 + i, "/usr/sbin/web", "web.service", "", TRUE);
  g_assert_cmpstr (suture_watch_get_verdict (f->watch), ==,
                   "web.service stopped working after it was installed (it crashed 5 times in a minute)");
}

/* What crashed before it was installed says nothing about it. */
static void
test_crashed_before (Fixture *f, gconstpointer data)
{
  crash (f, -300, "/usr/bin/tool", "", LIBRARY, TRUE);
  crash (f, -200, "/usr/bin/tool", "", LIBRARY, TRUE);
  crash (f, -200, "/usr/bin/once", "", LIBRARY, TRUE);
  for (int i = 0; i < 5; i++)
    crash (f, 20 + i, "/usr/bin/tool", "", LIBRARY, TRUE);
  g_assert_null (suture_watch_get_verdict (f->watch));
  for (int i = 0; i < 5; i++)
    crash (f, 40 + i, "/usr/bin/once", "", LIBRARY, TRUE);
  g_assert_nonnull (suture_watch_get_verdict (f->watch));
}

static SutureHealthCheck *
check_of_unit (const char *name, guint seconds)
{
  SutureHealthCheck *check = g_new0 (SutureHealthCheck, 1);

  check->unit = g_strdup (name);
  check->seconds = seconds;
  return check;
}

static void
test_health (Fixture *f, gconstpointer data)
{
  g_ptr_array_add (f->manifest->health, check_of_unit ("spool.service", 30));
  begin (f, "", "");
  unit (f, 10, "spool.service", "activating", "success", 0);
  unit (f, 20, "spool.service", "inactive", "success", 0);
  g_assert_null (suture_watch_get_verdict (f->watch));
  unit (f, 31, "spool.service", "inactive", "success", 0);
  g_assert_cmpstr (suture_watch_get_verdict (f->watch), ==,
                   "spool.service stopped working after it was installed (it did not run 30 seconds later)");
  begin (f, "", "");
  unit (f, 31, "spool.service", "active", "success", 0);
  unit (f, 40, "spool.service", "inactive", "success", 0); /* stopped by somebody */
  g_assert_null (suture_watch_get_verdict (f->watch));
  begin (f, "", "spool.service"); /* did not run before either */
  unit (f, 31, "spool.service", "inactive", "success", 0);
  g_assert_null (suture_watch_get_verdict (f->watch));
}

/* The computer was started anew meanwhile, or somebody has stopped it since: nobody has looked in time. */
static void
test_health_missed (Fixture *f, gconstpointer data)
{
  g_ptr_array_add (f->manifest->health, check_of_unit ("spool.service", 30));
  begin (f, "", "");
  unit (f, 180, "spool.service", "inactive", "success", 0);
  unit (f, 185, "spool.service", "active", "success", 0);
  g_assert_null (suture_watch_get_verdict (f->watch));
  begin (f, "", "");
  unit (f, 31, "spool.service", "activating", "success", 0);
  g_assert_null (suture_watch_get_verdict (f->watch));
  unit (f, 36, "spool.service", "inactive", "success", 0);
  g_assert_nonnull (suture_watch_get_verdict (f->watch));
}

/* What the switch did not restart may have been started again by itself last week. */
static void
test_restarts_of_before (Fixture *f, gconstpointer data)
{
  g_ptr_array_add (f->manifest->health, check_of_unit ("spool.service", 30));
  begin (f, "", "");
  unit (f, 5, "spool.service", "active", "success", 7);
  unit (f, 10, "spool.service", "active", "success", 11);
  g_assert_null (suture_watch_get_verdict (f->watch));
  unit (f, 15, "spool.service", "active", "success", 12);
  g_assert_nonnull (suture_watch_get_verdict (f->watch));
}

/* Without a manifest, units alone decide. */
static void
test_no_manifest (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->watch, suture_watch_free);
  f->watch = suture_watch_new (&f->probation, NULL);
  for (int i = 0; i < 6; i++)
    crash (f, 10 + i, "/usr/bin/tool", "", LIBRARY, TRUE);
  g_assert_null (suture_watch_get_verdict (f->watch));
  unit (f, 20, "mail.service", "failed", "timeout", 0);
  g_assert_cmpstr (suture_watch_get_verdict (f->watch), ==,
                   "mail.service stopped working after it was installed (it did not start in time)");
}

#define ADD(name, function) g_test_add ("/watch/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("failed", test_failed);
  ADD ("restarts-from-the-switch", test_restarts_from_the_switch);
  ADD ("restarts-later", test_restarts_later);
  ADD ("restarts-slowly", test_restarts_slowly);
  ADD ("crashes", test_crashes);
  ADD ("crashes-of-many", test_crashes_of_many);
  ADD ("crashes-of-odd-names", test_crashes_of_odd_names);
  ADD ("crashes-slowly", test_crashes_slowly);
  ADD ("crashes-of-units", test_crashes_of_units);
  ADD ("crashed-before", test_crashed_before);
  ADD ("health", test_health);
  ADD ("health-missed", test_health_missed);
  ADD ("restarts-of-before", test_restarts_of_before);
  ADD ("no-manifest", test_no_manifest);
  return g_test_run ();
}
