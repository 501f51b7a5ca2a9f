/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/health.h"

#include <sys/socket.h>

#include "base/file.h"
#include "base/frame.h"
#include "base/paths.h"
#include "engine/cache.h"
#include "history/probation.h"

#define ANSWER_MAX 64 /* bytes */
#define GRACE 20      /* seconds for the start of the service, beside the check's own */

char *
suture_health_read_answer (const char *program, guint seconds, const char *answer)
{
  const char *number = strchr (answer, ' ');
  gboolean counted = number != NULL && number[1] != '\0' && strlen (number) < 6 && strspn (number + 1, "0123456789") == strlen (number + 1);
  g_autofree char *name = g_path_get_basename (program);

  if (g_str_equal (answer, "late"))
    return g_strdup_printf ("%s stopped working after it was installed (it did not end within %u seconds)", name, seconds);
  if (counted && g_str_has_prefix (answer, "status "))
    return g_strdup_printf ("%s stopped working after it was installed (it ended with the error %s)", name, number + 1);
  if (counted && g_str_has_prefix (answer, "signal "))
    return g_strdup_printf ("%s stopped working after it was installed (it crashed)", name);
  return NULL;
}

/* The words of suture-health, or NULL: nobody listens, or nothing was said. */
static char *
ask (const SutureHealthCheck *check)
{
  const struct timeval patience = { .tv_sec = check->seconds + GRACE };
  g_auto (SutureFd) socket = suture_frame_connect (suture_path (SUTURE_PATH_HEALTH_SOCKET), NULL);
  g_autofree char *request = g_strdup_printf ("%u %s", check->seconds, check->program);
  g_autoptr (SutureFrame) frame = NULL;

  if (socket < 0 || setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0
      || !suture_frame_send (socket, "try", request, strlen (request), -1, NULL))
    return NULL;
  frame = suture_frame_receive (socket, ANSWER_MAX, NULL);
  if (frame == NULL || !g_str_equal (frame->tag, "answer"))
    return NULL;
  return g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
}

void
suture_health_run (SutureDatabase *database, const char *improvement)
{
  g_autoptr (SutureKnown) known = suture_cache_find_kept (database, "", improvement);
  GPtrArray *checks = known != NULL ? known->manifest->health : NULL;

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const SutureHealthCheck *check = g_ptr_array_index (checks, i);
      g_autofree char *answer = check->program != NULL ? ask (check) : g_strdup ("");
      g_autofree char *why = answer != NULL && check->program != NULL
                                 ? suture_health_read_answer (check->program, check->seconds, answer) : NULL;

      if (answer == NULL)
        return;
      if (why != NULL && suture_probation_set_verdict (database, improvement, why, NULL))
        {
          g_message ("%s is taken out: %s", improvement, why);
          return;
        }
      if (g_str_equal (answer, "unfit"))
        g_message ("the health check of %s by %s is left out: it is no program of this system", improvement, check->program);
    }
  (void) suture_probation_set_healthy (database, improvement, NULL);
}
