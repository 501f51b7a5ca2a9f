/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/operations.h"

#include "base/error.h"

struct _SutureOperations
{
  GPtrArray *waiting; /* of Waiting (owned) */
};

typedef struct
{
  char *operation; /* (owned) */
  GTask *task;     /* (owned) */
  gboolean lost;   /* the helper was away since it was added */
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  g_free (waiting->operation);
  g_object_unref (waiting->task);
  g_free (waiting);
}

SutureOperations *
suture_operations_new (void)
{
  SutureOperations *self = g_new0 (SutureOperations, 1);

  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
  return self;
}

void
suture_operations_free (SutureOperations *self)
{
  g_autoptr (GError) error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "nobody waits any more");

  suture_operations_fail (self, error);
  g_ptr_array_unref (self->waiting);
  g_free (self);
}

void
suture_operations_add (SutureOperations *self, const char *operation, GTask *task)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->operation = g_strdup (operation);
  waiting->task = task;
  g_ptr_array_add (self->waiting, waiting);
}

gboolean
suture_operations_is_empty (SutureOperations *self)
{
  return self->waiting->len == 0;
}

void
suture_operations_helper_left (SutureOperations *self)
{
  for (guint i = 0; i < self->waiting->len; i++)
    ((Waiting *) g_ptr_array_index (self->waiting, i))->lost = TRUE;
}

static void
finish (GTask *task, const SutureResult *result)
{
  if (result->error[0] == '\0')
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, SUTURE_ERROR, (int) suture_error_from_name (result->error), "%s", result->message);
}

gboolean
suture_operations_settle (SutureOperations *self, const SutureFacts *facts, gboolean last)
{
  gboolean idle = g_str_equal (facts->activity, "idle");
  gboolean left = FALSE;
  /* Callbacks may start the next operation: nobody may hold an index meanwhile. */
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
  while (before->len > 0)
    {
      Waiting *waiting = g_ptr_array_steal_index (before, 0);
      const SutureResult *result = suture_facts_find_result (facts, waiting->operation);
      gboolean forgotten = waiting->lost && idle && !g_str_equal (facts->operation, waiting->operation);

      if (result == NULL && !(forgotten && last))
        {
          left = left || forgotten;
          g_ptr_array_add (self->waiting, waiting);
          continue;
        }
      if (result != NULL)
        finish (waiting->task, result);
      else
        g_task_return_new_error (waiting->task, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED,
                                 "the helper ended in the middle and knows nothing of operation %s",
                                 waiting->operation);
      waiting_free (waiting);
    }
  return left;
}

void
suture_operations_fail (SutureOperations *self, const GError *error)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
  for (guint i = 0; i < before->len; i++)
    g_task_return_error (((Waiting *) g_ptr_array_index (before, i))->task, g_error_copy (error));
}
