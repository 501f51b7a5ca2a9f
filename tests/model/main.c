/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The TUF client against a model of it, over random histories of an honest publisher and hostile mirrors.
 *
 * SUTURE_TEST_HISTORIES: how many (10,000; a release plays 1,000,000). SUTURE_TEST_SEED: a number, or "random". A history
 * that goes wrong is printed step by step, without the steps that it does not need. */
#include <glib/gstdio.h>

#include "dice.h"
#include "history.h"

#define HISTORIES 10000
#define SEED 1

static guint64
read_number (const char *name, guint64 otherwise)
{
  const char *text = g_getenv (name);
  guint64 number = otherwise;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT64, &number, NULL))
    g_error ("%s is no number from 1 on", name);
  return number;
}

static guint64
read_seed (void)
{
  if (g_strcmp0 (g_getenv ("SUTURE_TEST_SEED"), "random") == 0)
    return (guint64) g_random_int () << 32 | g_random_int ();
  return read_number ("SUTURE_TEST_SEED", SEED);
}

/* In memory where there is such a folder: the client writes everything to disk at once. */
static char *
make_folder (void)
{
  g_autofree char *template = g_strdup ("/dev/shm/suture-model-XXXXXX");

  if (g_mkdtemp (template) != NULL)
    return g_steal_pointer (&template);
  return g_dir_make_tmp ("suture-model-XXXXXX", NULL);
}

/* Leaves out every step without which @history goes wrong as well. */
static char *
shorten (ModelHistory *history, const char *folder, char *log)
{
  ModelCounts counts = { 0 };

  for (guint i = 0; i < MODEL_STEPS; i++)
    {
      char *shorter;

      history->skipped |= 1u << i;
      shorter = model_history_play (history, folder, &counts);
      if (shorter == NULL)
        history->skipped &= ~(1u << i);
      else
        {
          g_free (log);
          log = shorter;
        }
    }
  return log;
}

static void
test_histories (void)
{
  guint64 count = read_number ("SUTURE_TEST_HISTORIES", HISTORIES);
  guint64 seed = read_seed ();
  ModelDice dice = { seed };
  ModelCounts counts = { 0 };
  g_autofree char *top = make_folder ();
  g_autofree char *folder = g_build_filename (top, "trust", NULL);

  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint64 n = 0; n < count; n++)
    {
      ModelHistory history = { .seed = model_dice_next (&dice) };
      g_autofree char *log = NULL;

      for (guint i = 0; i < MODEL_STEPS; i++)
        history.seeds[i] = model_dice_next (&dice);
      log = model_history_play (&history, folder, &counts);
      if (log != NULL)
        {
          log = shorten (&history, folder, g_steal_pointer (&log));
          g_test_message ("history %" G_GUINT64_FORMAT " of seed %" G_GUINT64_FORMAT ":%s", n, seed, log);
          g_test_fail ();
          break;
        }
    }
  g_assert_cmpint (g_rmdir (top), ==, 0);
  g_test_message ("%" G_GUINT64_FORMAT " histories, %" G_GUINT64_FORMAT " checks: %" G_GUINT64_FORMAT
                  " accepted, %" G_GUINT64_FORMAT " refused; %" G_GUINT64_FORMAT " lists", count, counts.steps,
                  counts.accepted, counts.refused, counts.listed);
  /* a publisher whom nobody ever understands would prove nothing */
  g_assert_true (g_test_failed () || count < 100 || (counts.accepted > counts.steps / 5 && counts.refused > counts.steps / 5));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/histories", test_histories);
  return g_test_run ();
}
