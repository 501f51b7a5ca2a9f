/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-activation.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/frame.h"
#include "base/paths.h"

#define NOTHING "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": [] }"

typedef struct
{
  char *text;
  gboolean raw;
  gboolean silent;
} Answer;

struct _TestActivation
{
  GThread *thread;
  GMutex mutex;
  GQueue answers;    /* Answer */
  GString *requests;
  int socket;
};

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_free (answer->text);
  g_free (answer);
}

static Answer *
take_answer (TestActivation *self)
{
  Answer *answer;

  g_mutex_lock (&self->mutex);
  answer = g_queue_pop_head (&self->answers);
  g_mutex_unlock (&self->mutex);
  if (answer == NULL)
    {
      answer = g_new0 (Answer, 1);
      answer->text = g_strdup (NOTHING);
    }
  return answer;
}

static void
serve (TestActivation *self, int connection)
{
  gboolean ended = FALSE;
  Answer *answer;

  while (!ended)
    {
      g_autoptr (SutureFrame) frame = suture_frame_receive (connection, 1024 * 1024, NULL);

      if (frame == NULL)
        return;
      ended = g_str_equal (frame->tag, "end");
      if (g_str_equal (frame->tag, "request"))
        {
          g_mutex_lock (&self->mutex);
          g_string_append_len (self->requests, g_bytes_get_data (frame->bytes, NULL),
                               (gssize) g_bytes_get_size (frame->bytes));
          g_string_append_c (self->requests, '\n');
          g_mutex_unlock (&self->mutex);
        }
    }
  answer = take_answer (self);
  if (answer->raw)
    g_assert_cmpint (write (connection, answer->text, strlen (answer->text)), ==, strlen (answer->text));
  else if (!answer->silent)
    {
      (void) suture_frame_send (connection, "progress", "verifying", 9, -1, NULL);
      (void) suture_frame_send (connection, "result", answer->text, strlen (answer->text), -1, NULL);
    }
  answer_free (answer);
}

static gpointer
run (gpointer user_data)
{
  TestActivation *self = user_data;

  for (;;)
    {
      int connection = accept (self->socket, NULL, NULL);

      if (connection < 0)
        return NULL;
      serve (self, connection);
      close (connection);
    }
}

TestActivation *
test_activation_new (void)
{
  TestActivation *self = g_new0 (TestActivation, 1);
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_mutex_init (&self->mutex);
  g_queue_init (&self->answers);
  self->requests = g_string_new (NULL);
  self->socket = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, suture_path (SUTURE_PATH_ACTIVATE_SOCKET), sizeof address.sun_path);
  g_assert_cmpint (bind (self->socket, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (self->socket, 4), ==, 0);
  self->thread = g_thread_new ("activation", run, self);
  return self;
}

void
test_activation_free (TestActivation *self)
{
  if (self == NULL)
    return;
  shutdown (self->socket, SHUT_RDWR);
  g_thread_join (self->thread);
  close (self->socket);
  unlink (suture_path (SUTURE_PATH_ACTIVATE_SOCKET));
  g_queue_clear_full (&self->answers, answer_free);
  g_string_free (self->requests, TRUE);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
push (TestActivation *self, const char *text, gboolean raw)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->text = g_strdup (text);
  answer->raw = raw;
  answer->silent = text == NULL;
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->answers, answer);
  g_mutex_unlock (&self->mutex);
}

void
test_activation_answer (TestActivation *self, const char *result)
{
  push (self, result, FALSE);
}

void
test_activation_answer_raw (TestActivation *self, const char *bytes)
{
  push (self, bytes, TRUE);
}

char *
test_activation_requests (TestActivation *self)
{
  char *requests;

  g_mutex_lock (&self->mutex);
  requests = g_strdup (self->requests->str);
  g_mutex_unlock (&self->mutex);
  return requests;
}
