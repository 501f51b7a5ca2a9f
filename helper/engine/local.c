/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/local.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "base/json.h"
#include "base/name.h"
#include "base/paths.h"

#define FRAME_MAX (64 * 1024)    /* bytes */
#define FRAMES_MAX 1000000       /* in 45 minutes: more than anybody can look at */
#define WORK_SECONDS (45 * 60)   /* of one request: a first run prepares many, at the lowest priority */
#define SILENT_SECONDS (10 * 60) /* between two frames: one large package over a slow line */
#define FRAME_SECONDS 30         /* for the rest of a frame that has begun */
#define TURN_TRIES 30            /* the socket serves one at a time and closes on others: */
#define TURN_SECONDS 2           /* … ask again, for a minute in all */

gboolean
suture_local_is_present (void)
{
  struct stat status;

  return lstat (suture_path (SUTURE_PATH_LOCAL_SOCKET), &status) == 0 && S_ISSOCK (status.st_mode);
}

static gboolean
malformed (GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "suture-local’s answer cannot be understood");
  return FALSE;
}

static gboolean
cancelled (GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "it was cancelled");
  return FALSE;
}

/* Its word for what went wrong, where that is one that a check may end with; all else is only Failed. */
static SutureError
code_of (const char *name)
{
  static const SutureError known[]
      = { SUTURE_ERROR_BUSY, SUTURE_ERROR_MALFORMED, SUTURE_ERROR_SIGNATURE, SUTURE_ERROR_HASH, SUTURE_ERROR_STALE,
          SUTURE_ERROR_ROLLBACK, SUTURE_ERROR_NETWORK, SUTURE_ERROR_NO_SPACE, SUTURE_ERROR_INTERRUPTED,
          SUTURE_ERROR_UNAVAILABLE };
  SutureError code = suture_error_from_name (name);

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (code == known[i])
      return code;
  return SUTURE_ERROR_FAILED;
}

static gboolean
read_result (GBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) node = suture_json_parse_object (bytes, FRAME_MAX, NULL);
  const char *name = NULL;
  const char *raw = NULL;
  g_autofree char *message = NULL;

  if (node == NULL || !suture_json_read_string (json_node_get_object (node), "error", SUTURE_JSON_REQUIRED, &name, NULL)
      || !suture_json_read_string (json_node_get_object (node), "message", SUTURE_JSON_REQUIRED, &raw, NULL))
    return malformed (error);
  if (*name == '\0')
    return TRUE;
  message = suture_name_clean_text (raw, SUTURE_SENTENCE_MAX, FALSE);
  g_set_error_literal (error, SUTURE_ERROR, code_of (name), *message != '\0' ? message : "suture-local failed and did not say why");
  return FALSE;
}

/* "WORD DONE TOTAL"; what else it may be is not worth an end of the work. */
static void
tell (GBytes *bytes, SutureLocalProgress progress, gpointer user_data)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_auto (GStrv) parts = g_strsplit (text, " ", 4);
  guint64 done = 0, total = 0;

  if (g_strv_length (parts) != 3 || !g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXINT64, &done, NULL)
      || !g_ascii_string_to_unsigned (parts[2], 10, 0, G_MAXINT64, &total, NULL))
    return;
  /* components are no bytes */
  if (!g_str_equal (parts[0], "fetching") || done > total)
    done = total = 0;
  if (progress != NULL)
    progress (done, total, user_data);
}

/* Until something comes, or the peer hangs up. @deadline: of g_get_monotonic_time (). */
static gboolean
wait_for_frame (int socket, gint64 deadline, GCancellable *cancellable, GError **error)
{
  GPollFD polls[2] = { { .fd = socket, .events = G_IO_IN } };
  gint64 left = MIN (deadline - g_get_monotonic_time (), SILENT_SECONDS * G_TIME_SPAN_SECOND);
  gboolean pollable = g_cancellable_make_pollfd (cancellable, &polls[1]);
  int ready = TEMP_FAILURE_RETRY (g_poll (polls, pollable ? 2 : 1, (int) (MAX (left, 0) / G_TIME_SPAN_MILLISECOND)));

  if (pollable)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return cancelled (error);
  if (ready != 0)
    return TRUE;
  if (g_get_monotonic_time () >= deadline)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "suture-local took longer than %d minutes", WORK_SECONDS / 60);
  else
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "suture-local said nothing for %d minutes", SILENT_SECONDS / 60);
  return FALSE;
}

/* *@answered: a frame came, so this connection was served, whatever it ended in. */
static gboolean
receive (int socket, SutureLocalProgress progress, gpointer user_data, GCancellable *cancellable, gboolean *answered, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + WORK_SECONDS * G_TIME_SPAN_SECOND;

  for (guint i = 0; i < FRAMES_MAX; i++)
    {
      g_autoptr (SutureFrame) frame = NULL;
      g_autoptr (GError) local = NULL;

      if (!wait_for_frame (socket, deadline, cancellable, error))
        return FALSE;
      frame = suture_frame_receive (socket, FRAME_MAX, &local);
      if (frame == NULL && local != NULL && g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
        return malformed (error);
      if (frame == NULL)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "suture-local ended without a result%s%s",
                       local != NULL ? ": " : "", local != NULL ? local->message : "");
          return FALSE;
        }
      *answered = TRUE;
      if (g_str_equal (frame->tag, "result"))
        return read_result (frame->bytes, error);
      if (!g_str_equal (frame->tag, "progress"))
        break;
      tell (frame->bytes, progress, user_data);
    }
  return malformed (error);
}

static gboolean
ask_once (int socket, const char *request, SutureLocalProgress progress, gpointer user_data, GCancellable *cancellable,
          gboolean *answered, GError **error)
{
  struct timeval patience = { .tv_sec = FRAME_SECONDS };
  g_autoptr (GError) local = NULL;

  if (setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0
      || setsockopt (socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0)
    g_debug ("no time limit on the local socket");
  /* broken off by the peer: it may have said why before */
  if ((!suture_frame_send (socket, "request", request, strlen (request), -1, &local)
       || !suture_frame_send (socket, "end", "", 0, -1, &local))
      && !g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED))
    {
      *answered = TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return receive (socket, progress, user_data, cancellable, answered, error);
}

static void
wait_for_turn (GCancellable *cancellable)
{
  GPollFD poll;

  if (g_cancellable_make_pollfd (cancellable, &poll))
    {
      (void) g_poll (&poll, 1, TURN_SECONDS * 1000);
      g_cancellable_release_fd (cancellable);
    }
  else
    g_usleep (TURN_SECONDS * G_USEC_PER_SEC);
}

static gboolean
ask (const char *request, SutureLocalProgress progress, gpointer user_data, GCancellable *cancellable, GError **error)
{
  for (guint try = 1; !g_cancellable_is_cancelled (cancellable); try++)
    {
      g_autoptr (GError) local = NULL;
      g_auto (SutureFd) socket = suture_frame_connect (suture_path (SUTURE_PATH_LOCAL_SOCKET), &local);
      gboolean answered = socket < 0;
      gint64 began = g_get_monotonic_time ();

      if (socket >= 0 && ask_once (socket, request, progress, user_data, cancellable, &answered, &local))
        return TRUE;
      /* closed at once and without a word: another request has its turn. All requests are idempotent. */
      if (answered || !g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED)
          || g_get_monotonic_time () - began > TURN_SECONDS * G_TIME_SPAN_SECOND)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (try == TURN_TRIES)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY, "suture-local is at work already");
          return FALSE;
        }
      wait_for_turn (cancellable);
    }
  return cancelled (error);
}

gboolean
suture_local_set_up (SutureLocalProgress progress, gpointer user_data, GCancellable *cancellable, GError **error)
{
  return ask ("set-up", progress, user_data, cancellable, error);
}

gboolean
suture_local_check (SutureLocalProgress progress, gpointer user_data, GCancellable *cancellable, GError **error)
{
  return ask ("check", progress, user_data, cancellable, error);
}
