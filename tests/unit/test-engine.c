/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/engine.h"

#include "base/error.h"
#include "engine/automatic.h"
#include "history/setting.h"
#include "test-activation.h"
#include "test-paths.h"

typedef struct
{
  TestActivation *server;
  SutureEngine *engine;
  guint answers;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  test_paths_init ();
  f->server = test_activation_new ();
  f->engine = suture_engine_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  while (!suture_engine_is_idle (f->engine))
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (f->engine);
  test_activation_free (f->server);
  test_paths_clear ();
}

static void
submitted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *operation = suture_engine_submit_finish (SUTURE_ENGINE (object), result, &error);

  g_assert_null (operation);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
  ((Fixture *) user_data)->answers++;
}

static void
chosen (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (suture_engine_choose_finish (SUTURE_ENGINE (object), result, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
  ((Fixture *) user_data)->answers++;
}

static void
history_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = suture_engine_history_finish (SUTURE_ENGINE (object), result, &error);

  g_assert_null (records);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
  ((Fixture *) user_data)->answers++;
}

/* Calls may come before what was left is read: each is told so, and none finds half of it. */
static void
test_not_loaded (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const SutureChoice choice = { .paused_until = 0 };

  suture_engine_history (f->engine, 0, 10, history_read, f);
  suture_engine_choose (f->engine, SUTURE_CHOICE_PAUSE, &choice, TRUE, chosen, f);
  suture_engine_submit (f->engine, "check", NULL, 1000, submitted, f);
  g_assert_null (suture_engine_plan (f->engine, SUTURE_PLAN_REMOVE, "demo-a", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
  while (f->answers < 3)
    g_main_context_iteration (NULL, TRUE);
}

/* The thread that reads does not touch what the main loop shows: it is handed over, in one. */
static void
test_handed_over (Fixture *f, gconstpointer data)
{
  const SutureSnapshot *snapshot = suture_engine_get_snapshot (f->engine);
  const GPtrArray *results = snapshot->results;
  g_autofree char *requests = NULL;

  suture_engine_start (f->engine);
  /* asking root is the last thing it does */
  while (requests == NULL || *requests == '\0')
    {
      g_usleep (1000);
      g_free (requests);
      requests = test_activation_requests (f->server);
    }
  g_assert_true (snapshot->results == results);
  g_assert_false (snapshot->choice.automatic);
  g_assert_null (snapshot->facts);
  while (!suture_engine_is_loaded (f->engine))
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (snapshot->facts);
  g_assert_true (snapshot->choice.automatic);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/engine/not-loaded", Fixture, NULL, set_up, test_not_loaded, tear_down);
  g_test_add ("/engine/handed-over", Fixture, NULL, set_up, test_handed_over, tear_down);
  return g_test_run ();
}
