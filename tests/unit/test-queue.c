/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/queue.h"

#include "base/error.h"
#include "base/name.h"

static void
add (SutureQueue *queue, const char *operation, guint32 user, gboolean ready)
{
  g_autoptr (SutureWork) work = suture_work_new (NULL, operation, "check", "user", user);

  suture_queue_push (queue, work);
  if (ready)
    suture_queue_release (queue, operation);
}

static void
test_limits (void)
{
  g_autoptr (SutureQueue) queue = suture_queue_new ();
  g_autoptr (GError) error = NULL;

  add (queue, "op-1", 1, TRUE);
  g_assert_nonnull (suture_queue_start (queue));
  g_assert_true (suture_queue_has_room (queue, 1, NULL));
  add (queue, "op-2", 1, TRUE);
  /* what runs counts as well */
  g_assert_false (suture_queue_has_room (queue, 1, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY);
  for (guint32 user = 2; user < 9; user++)
    {
      g_autofree char *operation = g_strdup_printf ("op-of-%u", user);

      g_assert_true (suture_queue_has_room (queue, user, NULL));
      add (queue, operation, user, TRUE);
    }
  /* eight wait */
  g_assert_false (suture_queue_has_room (queue, 77, NULL));
  suture_queue_finish (queue);
  g_assert_nonnull (suture_queue_start (queue));
  g_assert_true (suture_queue_has_room (queue, 77, NULL));
}

/* What does not work is taken out before all that wait. */
static void
test_first (void)
{
  g_autoptr (SutureQueue) queue = suture_queue_new ();
  g_autoptr (SutureWork) urgent = suture_work_new (NULL, "op-9", "undo", "system", G_MAXUINT32);

  add (queue, "op-1", 1, TRUE);
  add (queue, "op-2", 2, TRUE);
  suture_queue_push_first (queue, urgent);
  suture_queue_release (queue, "op-9");
  g_assert_cmpstr (suture_queue_start (queue)->operation, ==, "op-9");
  suture_queue_finish (queue);
  g_assert_cmpstr (suture_queue_start (queue)->operation, ==, "op-1");
}

static void
test_order (void)
{
  g_autoptr (SutureQueue) queue = suture_queue_new ();

  g_assert_true (suture_queue_is_empty (queue));
  add (queue, "op-1", 1, FALSE);
  add (queue, "op-2", 2, TRUE);
  /* one whose line is not written yet is passed by, and can't be taken out */
  g_assert_cmpstr (suture_queue_start (queue)->operation, ==, "op-2");
  g_assert_null (suture_queue_start (queue));
  g_assert_false (suture_queue_drop (queue, "op-1"));
  g_assert_false (suture_queue_drop (queue, "op-2"));
  suture_queue_finish (queue);
  g_assert_null (suture_queue_start (queue));
  suture_queue_release (queue, "op-1");
  g_assert_nonnull (suture_queue_find (queue, "op-1"));
  g_assert_true (suture_queue_drop (queue, "op-1"));
  g_assert_null (suture_queue_find (queue, "op-1"));
  g_assert_true (suture_queue_is_empty (queue));
}

static void
test_ids (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 1000; i++)
    {
      char *id = suture_queue_make_id ();

      g_assert_true (suture_name_is_valid (id));
      g_assert_cmpuint (strlen (id), ==, 3 + 32);
      g_assert_true (g_hash_table_add (seen, id));
    }
}

static void
test_cancel (void)
{
  g_autoptr (SutureWork) before = suture_work_new (NULL, "op-1", "install", "user", 1);
  g_autoptr (SutureWork) after = suture_work_new (NULL, "op-2", "install", "user", 1);
  g_autoptr (GError) error = NULL;

  /* before the switch it is heard, and then the switch does not begin */
  g_assert_true (suture_work_cancel (before, NULL));
  g_assert_true (g_cancellable_is_cancelled (before->cancellable));
  g_assert_true (suture_work_cancel (before, NULL));
  g_assert_false (suture_work_begin_switch (before, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED);
  g_clear_error (&error);
  /* after it began, it is refused by name */
  g_assert_true (suture_work_begin_switch (after, NULL));
  g_assert_false (suture_work_get_status (after).cancellable);
  g_assert_false (suture_work_cancel (after, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_CANCELLABLE);
  g_assert_false (g_cancellable_is_cancelled (after->cancellable));
  suture_work_end_switch (after);
  g_assert_true (suture_work_cancel (after, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/queue/limits", test_limits);
  g_test_add_func ("/queue/first", test_first);
  g_test_add_func ("/queue/order", test_order);
  g_test_add_func ("/queue/ids", test_ids);
  g_test_add_func ("/queue/cancel", test_cancel);
  return g_test_run ();
}
