/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/authority.h"

#include <sys/socket.h>

#include "base/error.h"

#define WHO "GetConnectionUnixUser"

/* A connection whose other end is this test: it answers, when it likes, in the bus's place. */
typedef struct
{
  GDBusConnection *bus, *connection; /* (owned) */
  SutureAuthority *authority;        /* (owned) */
  GQueue asked;                      /* GDBusMessage: questions of who a sender is, oldest first */
  GMutex mutex;
} Fixture;

typedef struct
{
  guint granted, busy;
} Ends;

static GDBusMessage *
keep_question (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  Fixture *f = user_data;

  if (!incoming || g_strcmp0 (g_dbus_message_get_member (message), WHO) != 0)
    return message;
  g_mutex_lock (&f->mutex);
  g_queue_push_tail (&f->asked, message);
  g_mutex_unlock (&f->mutex);
  return NULL;
}

static void
connected (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GDBusConnection **connection = user_data;

  *connection = g_dbus_connection_new_finish (result, NULL);
  g_assert_nonnull (*connection);
}

static void
begin_connection (int fd, GDBusConnectionFlags flags, GDBusConnection **connection)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autofree char *guid = (flags & G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER) != 0 ? g_dbus_generate_guid () : NULL;

  g_dbus_connection_new (G_IO_STREAM (stream), guid, flags, NULL, NULL, connected, connection);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  int ends[2];

  g_mutex_init (&f->mutex);
  g_queue_init (&f->asked);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  begin_connection (ends[0], G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER, &f->bus);
  begin_connection (ends[1], G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, &f->connection);
  while (f->bus == NULL || f->connection == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_dbus_connection_add_filter (f->bus, keep_question, f, NULL);
  f->authority = suture_authority_new (f->connection);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->authority);
  g_dbus_connection_close_sync (f->connection, NULL, NULL);
  g_object_unref (f->connection);
  g_object_unref (f->bus);
  g_queue_clear_full (&f->asked, g_object_unref);
  g_mutex_clear (&f->mutex);
}

static void
ended (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Ends *ends = user_data;
  g_autoptr (GError) error = NULL;
  guint32 user;

  if (suture_authority_check_finish (SUTURE_AUTHORITY (object), result, &user, &error))
    ends->granted++;
  else
    {
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY);
      ends->busy++;
    }
}

/* Who is it, and nothing else: what GetHistory and RunAutomatic ask. */
static void
ask (Fixture *f, const char *sender, Ends *ends)
{
  suture_authority_check (f->authority, sender, NULL, NULL, FALSE, ended, ends);
}

static GDBusMessage *
next_question (Fixture *f)
{
  GDBusMessage *question;

  g_mutex_lock (&f->mutex);
  question = g_queue_pop_head (&f->asked);
  g_mutex_unlock (&f->mutex);
  return question;
}

/* Answers all that was asked, in turn, until nothing is open. */
static void
answer_all (Fixture *f)
{
  while (suture_authority_get_pending (f->authority) > 0)
    {
      g_autoptr (GDBusMessage) question = next_question (f);
      g_autoptr (GDBusMessage) reply = NULL;

      if (question == NULL)
        {
          g_main_context_iteration (NULL, FALSE);
          continue;
        }
      reply = g_dbus_message_new_method_reply (question);
      g_dbus_message_set_body (reply, g_variant_new ("(u)", 2001));
      g_assert_true (g_dbus_connection_send_message (f->bus, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL));
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* However many connections one user asks over, the question of somebody else is taken. */
static void
test_many_connections (Fixture *f, gconstpointer data)
{
  Ends flood = { 0 }, other = { 0 };

  for (guint i = 0; i < 255; i++)
    {
      g_autofree char *sender = g_strdup_printf (":1.%u", i);

      ask (f, sender, &flood);
    }
  ask (f, ":1.1000", &other);
  answer_all (f);
  g_assert_cmpuint (other.granted, ==, 1);
  g_assert_cmpuint (flood.granted, ==, 255);
}

/* One connection is told that it asks too much, before the bus is asked about it for the 9th time. */
static void
test_one_connection (Fixture *f, gconstpointer data)
{
  Ends flood = { 0 }, other = { 0 };

  for (guint i = 0; i < 1000; i++)
    ask (f, ":1.1", &flood);
  g_assert_cmpuint (suture_authority_get_pending (f->authority), ==, 8);
  ask (f, ":1.2", &other);
  answer_all (f);
  g_assert_cmpuint (flood.granted, ==, 8);
  g_assert_cmpuint (flood.busy, ==, 992);
  g_assert_cmpuint (other.granted, ==, 1);
  ask (f, ":1.1", &flood);
  answer_all (f);
  g_assert_cmpuint (flood.granted, ==, 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/authority/many-connections", Fixture, NULL, set_up, test_many_connections, tear_down);
  g_test_add ("/authority/one-connection", Fixture, NULL, set_up, test_one_connection, tear_down);
  return g_test_run ();
}
