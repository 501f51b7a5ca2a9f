/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/operations.h"

#include "base/error.h"

typedef struct
{
  gboolean ended;
  GError *error; /* (owned) */
} End;

static void
on_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  End *end = user_data;

  g_assert_false (end->ended);
  end->ended = TRUE;
  g_task_propagate_boolean (G_TASK (result), &end->error);
}

static void
run_callbacks (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
add_result (SutureFacts *facts, const char *id, const char *error)
{
  SutureResult *result = g_new0 (SutureResult, 1);

  result->id = g_strdup (id);
  result->error = g_strdup (error);
  result->message = g_strdup ("why");
  g_ptr_array_add (facts->results, result);
}

static void
test_results (void)
{
  g_autoptr (SutureOperations) operations = suture_operations_new ();
  g_autoptr (SutureFacts) facts = suture_facts_new ();
  End good = { 0 };
  End bad = { 0 };

  suture_operations_add (operations, "op-1", g_task_new (NULL, NULL, on_end, &good));
  suture_operations_add (operations, "op-2", g_task_new (NULL, NULL, on_end, &bad));
  add_result (facts, "op-0", "Failed");
  g_assert_false (suture_operations_settle (operations, facts, TRUE));
  run_callbacks ();
  g_assert_false (good.ended || bad.ended);
  add_result (facts, "op-1", "");
  add_result (facts, "op-2", "Network");
  suture_operations_settle (operations, facts, FALSE);
  run_callbacks ();
  g_assert_true (good.ended && bad.ended);
  g_assert_no_error (good.error);
  g_assert_error (bad.error, SUTURE_ERROR, SUTURE_ERROR_NETWORK);
  g_assert_true (suture_operations_is_empty (operations));
  g_clear_error (&bad.error);
}

/* An operation that the helper goes on with after it was away is waited for; one that it forgot ends. */
static void
test_lost (void)
{
  g_autoptr (SutureOperations) operations = suture_operations_new ();
  g_autoptr (SutureFacts) facts = suture_facts_new ();
  End end = { 0 };

  suture_operations_add (operations, "op-1", g_task_new (NULL, NULL, on_end, &end));
  suture_operations_helper_left (operations);
  g_free (facts->activity);
  facts->activity = g_strdup ("recovering");
  g_assert_false (suture_operations_settle (operations, facts, TRUE));
  g_free (facts->activity);
  facts->activity = g_strdup ("idle");
  g_assert_true (suture_operations_settle (operations, facts, FALSE));
  run_callbacks ();
  g_assert_false (end.ended);
  g_assert_false (suture_operations_settle (operations, facts, TRUE));
  run_callbacks ();
  g_assert_true (end.ended);
  g_assert_error (end.error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED);
  g_clear_error (&end.error);
}

static void
test_nobody_is_left_waiting (void)
{
  SutureOperations *operations = suture_operations_new ();
  End end = { 0 };

  suture_operations_add (operations, "op-1", g_task_new (NULL, NULL, on_end, &end));
  suture_operations_free (operations);
  run_callbacks ();
  g_assert_true (end.ended);
  g_assert_error (end.error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED);
  g_clear_error (&end.error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/operations/results", test_results);
  g_test_add_func ("/operations/lost", test_lost);
  g_test_add_func ("/operations/nobody-is-left-waiting", test_nobody_is_left_waiting);
  return g_test_run ();
}
