/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/remembered.h"

#include "history/record.h"
#include "history/setting.h"
#include "test-paths.h"

#define NOW G_GINT64_CONSTANT (1780272000)
#define DAY (24 * 60 * 60)

typedef struct
{
  SutureDatabase *database;
  SutureFacts facts; /* as much of it as is looked at */
} Fixture;

static void
improvement_free (gpointer data)
{
  SutureImprovement *self = data;

  g_free (self->undone);
  g_free (self->stays);
  g_free (self);
}

static SutureImprovement *
add (Fixture *f, const char *id, guint number, const char *state)
{
  SutureImprovement *self = g_new0 (SutureImprovement, 1);

  self->id = (char *) id;
  self->component = (char *) "demo";
  self->feed = (char *) "example";
  self->number = number;
  self->state = (char *) state;
  g_ptr_array_add (f->facts.improvements, self);
  return self;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  test_paths_init ();
  f->database = suture_database_open ();
  f->facts.improvements = g_ptr_array_new_with_free_func (improvement_free);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_ptr_array_unref (f->facts.improvements);
  suture_database_free (f->database);
  test_paths_clear ();
}

static void
fill (Fixture *f, gint64 now)
{
  for (guint i = 0; i < f->facts.improvements->len; i++)
    {
      SutureImprovement *self = g_ptr_array_index (f->facts.improvements, i);

      g_clear_pointer (&self->undone, g_free);
      g_clear_pointer (&self->stays, g_free);
    }
  suture_remembered_fill (&f->facts, f->database, now);
}

/* It counts from the first time, over starts, and over a time in which it is not there. */
static void
test_seen (Fixture *f, gconstpointer data)
{
  SutureImprovement *demo = add (f, "demo-b", 2, "available");
  g_autoptr (GHashTable) kept = NULL;

  fill (f, NOW);
  g_assert_cmpint (demo->seen, ==, NOW);
  suture_database_free (f->database);
  f->database = suture_database_open ();
  demo->seen = 0;
  fill (f, NOW + DAY);
  g_assert_cmpint (demo->seen, ==, NOW);
  demo->state = (char *) "mixed";
  fill (f, NOW + 2 * DAY);
  demo->state = (char *) "available";
  fill (f, NOW + 3 * DAY);
  g_assert_cmpint (demo->seen, ==, NOW);
  /* of a clock that was wrong: from now on */
  fill (f, NOW - DAY);
  g_assert_cmpint (demo->seen, ==, NOW - DAY);
  kept = suture_setting_list (f->database, SUTURE_SETTING_SEEN);
  g_assert_cmpuint (g_hash_table_size (kept), ==, 1);
}

static guint
count (Fixture *f)
{
  g_autoptr (GHashTable) kept = suture_setting_list (f->database, SUTURE_SETTING_SEEN);

  return g_hash_table_size (kept);
}

static void
test_forgotten (Fixture *f, gconstpointer data)
{
  SutureImprovement *demo = add (f, "demo-b", 2, "available");

  fill (f, NOW);
  g_assert_cmpuint (count (f), ==, 1);
  demo->state = (char *) "active";
  fill (f, NOW + 1);
  g_assert_cmpuint (count (f), ==, 0);
  demo->state = (char *) "available";
  fill (f, NOW + 2);
  g_ptr_array_set_size (f->facts.improvements, 0);
  fill (f, NOW + SUTURE_REMEMBERED_SEEN_KEEP);
  g_assert_cmpuint (count (f), ==, 1);
  fill (f, NOW + SUTURE_REMEMBERED_SEEN_KEEP + DAY);
  g_assert_cmpuint (count (f), ==, 0);
}

static void
close_with (Fixture *f, const char *id, const char *event, const char *by)
{
  SutureRecord record = { .event = (char *) event, .improvement = (char *) id, .component = (char *) "demo", .title = (char *) "Demo",
                          .letter = (char *) "a", .by = (char *) by, .user = 1000, .error = (char *) "",
                          .message = (char *) "demo.service failed", .quarantine = g_str_equal (event, "undone") };

  g_assert_true (suture_record_close (f->database, "", &record, NULL, NULL));
}

/* Who removed a later letter has not asked for the one before; what was undone says why, and only for itself. */
static void
test_taken_out (Fixture *f, gconstpointer data)
{
  SutureImprovement *a = add (f, "demo-a", 1, "available");
  SutureImprovement *b = add (f, "demo-b", 2, "available");
  SutureImprovement *c = add (f, "demo-c", 3, "available");

  close_with (f, "demo-b", "removed", "user");
  close_with (f, "demo-a", "undone", "system");
  fill (f, NOW);
  g_assert_true (a->removed && b->removed);
  g_assert_false (c->removed);
  g_assert_cmpstr (a->undone, ==, "demo.service failed");
  g_assert_null (b->undone);
  g_assert_null (a->stays);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/remembered/seen", Fixture, NULL, set_up, test_seen, tear_down);
  g_test_add ("/remembered/forgotten", Fixture, NULL, set_up, test_forgotten, tear_down);
  g_test_add ("/remembered/taken-out", Fixture, NULL, set_up, test_taken_out, tear_down);
  return g_test_run ();
}
