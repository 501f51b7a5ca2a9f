/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/choice.h"

#include "base/error.h"
#include "history/setting.h"
#include "test-paths.h"

#define DAY (24 * 60 * 60)

typedef struct
{
  SutureDatabase *database;
  gint64 now;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  test_paths_init ();
  f->database = suture_database_open ();
  f->now = g_get_real_time () / G_USEC_PER_SEC;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  suture_database_free (f->database);
  test_paths_clear ();
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  const SutureChoice wanted = { .automatic = FALSE, .paused_until = f->now + DAY, .delay_days = 7, .delay_exploited = TRUE,
                                .use_metered = TRUE };
  SutureChoice choice;

  suture_choice_load (f->database, &choice);
  g_assert_true (choice.automatic);
  g_assert_false (choice.announced || choice.use_metered || choice.delay_exploited);
  g_assert_cmpint (choice.paused_until + choice.delay_days + choice.announce_since, ==, 0);
  for (int what = SUTURE_CHOICE_AUTOMATIC; what <= SUTURE_CHOICE_METERED; what++)
    {
      guint64 before = choice.reading;

      g_assert_true (suture_choice_change (f->database, (SutureChoiceWhat) what, &wanted, TRUE, &choice, NULL));
      g_assert_cmpuint (choice.reading, >, before);
    }
  suture_database_free (f->database);
  f->database = suture_database_open ();
  suture_choice_load (f->database, &choice);
  /* who switches it knows of it */
  g_assert_true (choice.announced);
  g_assert_false (choice.automatic);
  g_assert_cmpint (choice.paused_until, ==, f->now + DAY);
  g_assert_cmpuint (choice.delay_days, ==, 7);
  g_assert_true (choice.delay_exploited && choice.use_metered);
}

/* Nonsense in the database is the default, or the nearest that can be chosen. */
static void
test_nonsense (Fixture *f, gconstpointer data)
{
  SutureChoice choice;

  g_assert_true (suture_setting_set_text (f->database, SUTURE_SETTING_PAUSED_UNTIL, "-5", NULL));
  g_assert_true (suture_setting_set_text (f->database, SUTURE_SETTING_DELAY_DAYS, "4000", NULL));
  g_assert_true (suture_setting_set_text (f->database, SUTURE_SETTING_AUTOMATIC, "perhaps", NULL));
  suture_choice_load (f->database, &choice);
  g_assert_cmpint (choice.paused_until, ==, 0);
  g_assert_cmpuint (choice.delay_days, ==, SUTURE_CHOICE_DELAY_MAX);
  g_assert_true (choice.automatic);
}

static void
test_bounds (Fixture *f, gconstpointer data)
{
  static const struct
  {
    SutureChoiceWhat what;
    gint64 until;  /* from now */
    guint days;
    gboolean good;
  } rows[] = {
    { SUTURE_CHOICE_PAUSE, 1, 0, TRUE },
    { SUTURE_CHOICE_PAUSE, 0, 0, FALSE },
    { SUTURE_CHOICE_PAUSE, -1, 0, FALSE },
    { SUTURE_CHOICE_PAUSE, SUTURE_CHOICE_PAUSE_MAX, 0, TRUE },
    { SUTURE_CHOICE_PAUSE, SUTURE_CHOICE_PAUSE_MAX + 1, 0, FALSE },
    { SUTURE_CHOICE_PAUSE, G_MAXINT64 / 2, 0, FALSE },
    { SUTURE_CHOICE_DELAY, 0, 30, TRUE },
    { SUTURE_CHOICE_DELAY, 0, 31, FALSE },
    { SUTURE_CHOICE_DELAY, 0, G_MAXUINT, FALSE },
  };
  const SutureChoice none = { .paused_until = 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const SutureChoice wanted = { .paused_until = f->now + rows[i].until, .delay_days = rows[i].days };
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (suture_choice_check (rows[i].what, &wanted, f->now, &error), ==, rows[i].good);
      if (!rows[i].good)
        g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT);
    }
  g_assert_true (suture_choice_check (SUTURE_CHOICE_PAUSE, &none, f->now, NULL));
}

static void
test_weakens (Fixture *f, gconstpointer data)
{
  const gint64 now = f->now;
  const struct
  {
    SutureChoiceWhat what;
    SutureChoice stored, wanted;
    gboolean weakens;
  } rows[] = {
    { SUTURE_CHOICE_AUTOMATIC, { .automatic = TRUE }, { .automatic = FALSE }, TRUE },
    { SUTURE_CHOICE_AUTOMATIC, { .automatic = FALSE }, { .automatic = TRUE }, FALSE },
    { SUTURE_CHOICE_PAUSE, { .paused_until = 0 }, { .paused_until = now + 1 }, TRUE },
    { SUTURE_CHOICE_PAUSE, { .paused_until = now + 9 }, { .paused_until = now + 9 }, FALSE },
    { SUTURE_CHOICE_PAUSE, { .paused_until = now + 9 }, { .paused_until = now + 10 }, TRUE },
    { SUTURE_CHOICE_PAUSE, { .paused_until = now + 9 }, { .paused_until = 0 }, FALSE },
    { SUTURE_CHOICE_PAUSE, { .paused_until = now - 9 }, { .paused_until = now + 1 }, TRUE },
    { SUTURE_CHOICE_DELAY, { .delay_days = 3 }, { .delay_days = 3 }, FALSE },
    { SUTURE_CHOICE_DELAY, { .delay_days = 3 }, { .delay_days = 4 }, TRUE },
    { SUTURE_CHOICE_DELAY, { .delay_days = 3 }, { .delay_days = 0, .delay_exploited = TRUE }, TRUE },
    { SUTURE_CHOICE_DELAY, { .delay_days = 3, .delay_exploited = TRUE }, { .delay_days = 3 }, FALSE },
    { SUTURE_CHOICE_METERED, { .use_metered = TRUE }, { .use_metered = FALSE }, TRUE },
    { SUTURE_CHOICE_METERED, { .use_metered = FALSE }, { .use_metered = TRUE }, FALSE },
    { SUTURE_CHOICE_ANNOUNCED, { .announced = FALSE }, { .announced = TRUE }, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (suture_choice_weakens (&rows[i].stored, rows[i].what, &rows[i].wanted, now), ==, rows[i].weakens);
}

/* Permitted as shorter, and before it is stored somebody else has made it shorter still. */
static void
test_race (Fixture *f, gconstpointer data)
{
  const SutureChoice long_pause = { .paused_until = f->now + 30 * DAY };
  const SutureChoice shorter = { .paused_until = f->now + 7 * DAY };
  const SutureChoice none = { .paused_until = 0 };
  SutureChoice choice;
  g_autoptr (GError) error = NULL;

  g_assert_true (suture_choice_change (f->database, SUTURE_CHOICE_PAUSE, &long_pause, TRUE, &choice, NULL));
  g_assert_false (suture_choice_weakens (&choice, SUTURE_CHOICE_PAUSE, &shorter, f->now));
  g_assert_true (suture_choice_change (f->database, SUTURE_CHOICE_PAUSE, &none, FALSE, &choice, NULL));
  g_assert_false (suture_choice_change (f->database, SUTURE_CHOICE_PAUSE, &shorter, FALSE, &choice, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED);
  suture_choice_load (f->database, &choice);
  g_assert_cmpint (choice.paused_until, ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/choice/kept", test_kept }, { "/choice/nonsense", test_nonsense }, { "/choice/bounds", test_bounds },
    { "/choice/weakens", test_weakens }, { "/choice/race", test_race },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
