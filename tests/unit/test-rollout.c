/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/rollout.h"

#include "base/error.h"

#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define MACHINE "00000000000000000000000000000001"
#define START G_GINT64_CONSTANT (1795608000) /* 2026-11-25T12:00:00Z */

static SutureTarget *
make_target (const char *custom)
{
  SutureTarget *target = g_new0 (SutureTarget, 1);

  target->path = g_strdup ("role/demo-a.json");
  target->custom = custom != NULL ? json_from_string (custom, NULL) : NULL;
  return target;
}

static void
test_parse (void)
{
  const struct
  {
    const char *custom;
    gboolean fine;
    gint64 start, hours;
  } rows[] = {
    { NULL, TRUE, 0, 0 },
    { "{}", TRUE, 0, 0 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":24}}", TRUE, START, 24 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":0}}", TRUE, START, 0 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":720,\"waves\":[1]},\"new\":1}", TRUE, START, 720 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":721}}", FALSE, 0, 0 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":-1}}", FALSE, 0, 0 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":\"24\"}}", FALSE, 0, 0 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\",\"hours\":true}}", FALSE, 0, 0 },
    { "{\"rollout\":{\"start\":\"2026-11-25T12:00:00Z\"}}", FALSE, 0, 0 },
    { "{\"rollout\":{\"start\":\"2026-11-25\",\"hours\":24}}", FALSE, 0, 0 },
    { "{\"rollout\":{\"start\":1795608000,\"hours\":24}}", FALSE, 0, 0 },
    { "{\"rollout\":{\"hours\":24}}", FALSE, 0, 0 },
    { "{\"rollout\":{}}", FALSE, 0, 0 },
    { "{\"rollout\":null}", FALSE, 0, 0 },
    { "{\"rollout\":[]}", FALSE, 0, 0 },
    { "{\"rollout\":\"soon\"}", FALSE, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureTarget) target = make_target (rows[i].custom);
      g_autoptr (GError) error = NULL;
      SutureRollout rollout;

      g_test_message ("%s", rows[i].custom);
      g_assert_true (suture_rollout_parse (&rollout, target, &error) == rows[i].fine);
      if (!rows[i].fine)
        g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
      else
        {
          g_assert_no_error (error);
          g_assert_cmpint (rollout.start, ==, rows[i].start);
          g_assert_cmpint (rollout.hours, ==, rows[i].hours);
        }
    }
}

/* SHA-256 of "MACHINE/SHA" begins with 7454e5718b892c1a; the seconds were computed with integers of any size. */
static void
test_turn (void)
{
  const SutureRollout day = { START, 24 }, month = { START, 720 }, at_once = { START, 0 };

  g_assert_cmpint (suture_rollout_turn (&day, MACHINE, SHA), ==, START + 39261);
  g_assert_cmpint (suture_rollout_turn (&month, MACHINE, SHA), ==, START + 1177857);
  g_assert_cmpint (suture_rollout_turn (&at_once, MACHINE, SHA), ==, START);
  g_assert_cmpint (suture_rollout_turn (&day, NULL, SHA), ==, START + 24 * 60 * 60);
  g_assert_cmpint (suture_rollout_turn (&at_once, NULL, SHA), ==, START);
}

/* Machines are spread over the whole time, and another improvement finds them in another order. */
static void
test_spread (void)
{
  const SutureRollout rollout = { 0, 10 };
  const char *const other = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
  guint hours[10] = { 0 };
  guint moved = 0;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *machine = g_strdup_printf ("%032x", i);
      gint64 turn = suture_rollout_turn (&rollout, machine, SHA);

      g_assert_cmpint (turn, >=, 0);
      g_assert_cmpint (turn, <, 10 * 60 * 60);
      hours[turn / (60 * 60)]++;
      moved += suture_rollout_turn (&rollout, machine, other) / (60 * 60) != turn / (60 * 60) ? 1 : 0;
    }
  /* 1000 each, and 9000: within five standard deviations */
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
    {
      g_assert_cmpuint (hours[i], >, 850);
      g_assert_cmpuint (hours[i], <, 1150);
    }
  g_assert_cmpuint (moved, >, 8850);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rollout/parse", test_parse);
  g_test_add_func ("/rollout/turn", test_turn);
  g_test_add_func ("/rollout/spread", test_spread);
  return g_test_run ();
}
