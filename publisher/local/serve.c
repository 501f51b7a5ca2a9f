/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/frame.h"
#include "local/check.h"
#include "local/place.h"

#define REQUEST_MAX 64      /* bytes */
#define RECEIVE_SECONDS 30
#define SEND_SECONDS 30
#define PROGRESS_MICROSECONDS (G_USEC_PER_SEC / 4) /* between two frames of the same word */
#define REPEAT_SECONDS 5 /* the last is told again: a large component is prepared for minutes, and the helper gives up on who is silent */

typedef struct
{
  int socket;       /* the caller's */
  const char *word; /* the last that was told */
  gint64 told;      /* monotonic time of that */
  GMutex lock;      /* of the rest, and of what is sent */
  GCond ended;
  char *text;       /* the last frame; NULL: none yet (owned) */
  gboolean is_over;
} Serve;

/* The one word that is asked for; the caller's. */
static char *
receive (int socket, GError **error)
{
  g_autoptr (SutureFrame) request = suture_frame_receive (socket, REQUEST_MAX, error);
  g_autoptr (SutureFrame) end = request != NULL ? suture_frame_receive (socket, 0, error) : NULL;

  if (end != NULL && request->fd < 0 && end->fd < 0 && g_str_equal (request->tag, "request") && g_str_equal (end->tag, "end"))
    return g_strndup (g_bytes_get_data (request->bytes, NULL), g_bytes_get_size (request->bytes));
  if (error != NULL && *error == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "what was asked for is no request");
  return NULL;
}

static void
tell_progress (const char *word, guint64 done, guint64 total, gpointer user_data)
{
  Serve *self = user_data;
  g_autofree char *text = g_strdup_printf ("%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, word, done, total);
  gint64 now = g_get_monotonic_time ();

  if (self->word == word && now < self->told + PROGRESS_MICROSECONDS)
    return;
  self->word = word;
  self->told = now;
  g_mutex_lock (&self->lock);
  (void) suture_frame_send (self->socket, "progress", text, strlen (text), -1, NULL);
  g_free (self->text);
  self->text = g_steal_pointer (&text);
  g_mutex_unlock (&self->lock);
}

/* A thread of its own: the work waits for programs. */
static gpointer
repeat (gpointer user_data)
{
  Serve *self = user_data;

  g_mutex_lock (&self->lock);
  while (!self->is_over)
    if (!g_cond_wait_until (&self->ended, &self->lock, g_get_monotonic_time () + REPEAT_SECONDS * G_TIME_SPAN_SECOND)
        && self->text != NULL && !self->is_over)
      (void) suture_frame_send (self->socket, "progress", self->text, strlen (self->text), -1, NULL);
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
check (Serve *self, GError **error)
{
  GThread *thread = g_thread_new ("repeat", repeat, self);

  (void) suture_check_run (tell_progress, self, error);
  g_mutex_lock (&self->lock);
  self->is_over = TRUE;
  g_cond_signal (&self->ended);
  g_mutex_unlock (&self->lock);
  g_thread_join (thread);
  g_free (self->text);
}

static void
tell_result (int socket, const GError *error)
{
  g_autofree char *text = suture_place_write_end (NULL, error);

  (void) suture_frame_send (socket, "result", text, strlen (text), -1, NULL);
}

/* From now on anything that comes, and that is only the end, sends SIGIO, whose default is to end this process (fcntl(2), F_SETOWN). */
static void
end_with_peer (int socket)
{
  int flags = fcntl (socket, F_GETFL);
  struct pollfd now = { .fd = socket, .events = POLLIN };

  signal (SIGIO, SIG_DFL);
  (void) fcntl (socket, F_SETOWN, getpid ());
  (void) fcntl (socket, F_SETFL, flags | O_ASYNC);
  if (poll (&now, 1, 0) > 0)
    raise (SIGIO); /* it had come before */
}

/* The peer may hang up as soon as it has the result. */
static void
end_by_itself (int socket)
{
  (void) fcntl (socket, F_SETFL, fcntl (socket, F_GETFL) & ~O_ASYNC);
}

void
suture_serve (int socket)
{
  const struct timeval receiving = { .tv_sec = RECEIVE_SECONDS };
  const struct timeval sending = { .tv_sec = SEND_SECONDS };
  Serve self = { .socket = socket };
  g_autoptr (GError) error = NULL;
  g_autofree char *request = NULL;

  (void) setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &receiving, sizeof receiving);
  (void) setsockopt (socket, SOL_SOCKET, SO_SNDTIMEO, &sending, sizeof sending);
  request = receive (socket, &error);
  if (request != NULL)
    end_with_peer (socket);
  if (g_strcmp0 (request, "set-up") == 0)
    (void) suture_check_set_up (&error);
  else if (g_strcmp0 (request, "check") == 0)
    check (&self, &error);
  else if (request != NULL)
    g_set_error (&error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "there is no request of that name");
  end_by_itself (socket);
  tell_result (socket, error);
  if (error != NULL)
    g_printerr ("suture-local: %s\n", error->message);
}
