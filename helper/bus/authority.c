/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/authority.h"

#include <polkit/polkit.h>

#include "base/error.h"

#define UNKNOWN_OF_SENDER 8   /* questions of one connection whose user the bus has not told yet */
#define ASKED_OF_USER 4       /* questions to polkit that one user may have open */
#define ASKED_MAX 64          /* of all users: memory, and polkit's dialogs */
#define PATIENCE_ALONE 10     /* seconds: polkit answers without a person */
#define PATIENCE_PERSON 300   /* seconds: a person types a password */

struct _SutureAuthority
{
  GObject parent_instance;
  GDBusConnection *connection; /* (owned) */
  PolkitAuthority *polkit;     /* kept once found: see polkit_found (owned) */
  GHashTable *open;            /* Question, a set (owned; the questions are their tasks') */
};

G_DEFINE_FINAL_TYPE (SutureAuthority, suture_authority, G_TYPE_OBJECT)

/* One question. */
typedef struct
{
  char *sender;              /* (owned) */
  char *action;              /* NULL: only who (owned) */
  PolkitDetails *details;    /* (owned) */
  GCancellable *cancellable; /* cancelled when the sender leaves, or patience ends (owned) */
  guint watch;               /* bus name watch */
  guint patience;            /* source id */
  guint32 user;
  gboolean interactive;
  gboolean identified; /* user is known */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->sender);
  g_free (question->action);
  g_clear_object (&question->details);
  g_object_unref (question->cancellable);
  g_free (question);
}

/* Open questions of @sender whose user is not known yet: so that nobody's are counted as another's, whoever they will be. */
static guint
count_unknown (SutureAuthority *self, const char *sender)
{
  GHashTableIter iter;
  gpointer key;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    count += !((Question *) key)->identified && g_str_equal (((Question *) key)->sender, sender);
  return count;
}

/* Open questions to polkit, of @user (out) and of all. */
static guint
count_asked (SutureAuthority *self, guint32 user, guint *of_user)
{
  GHashTableIter iter;
  gpointer key;
  guint count = 0;

  *of_user = 0;
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const Question *question = key;
      gboolean asked = question->identified && question->action != NULL;

      count += asked;
      *of_user += asked && question->user == user;
    }
  return count;
}

/* The only way out of a question. @error (taken over): NULL grants. */
static void
end (GTask *task, GError *error)
{
  SutureAuthority *self = g_task_get_source_object (task);
  Question *question = g_task_get_task_data (task);

  if (question->watch != 0)
    g_bus_unwatch_name (question->watch);
  if (question->patience != 0)
    g_source_remove (question->patience);
  question->watch = question->patience = 0;
  g_hash_table_remove (self->open, question);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

/* The reason goes to the log; the caller learns one thing only. */
static void
refuse (GTask *task, const char *why)
{
  Question *question = g_task_get_task_data (task);

  g_info ("%s was refused %s: %s", question->sender, question->action != NULL ? question->action : "a call", why);
  end (task, g_error_new (SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED, "this is not allowed"));
}

static void
ask_for_user (GTask *task, GAsyncReadyCallback callback)
{
  SutureAuthority *self = g_task_get_source_object (task);
  Question *question = g_task_get_task_data (task);

  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetConnectionUnixUser", g_variant_new ("(s)", question->sender), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, PATIENCE_ALONE * 1000, question->cancellable, callback, task);
}

static gboolean
take_user (GObject *object, GAsyncResult *result, guint32 *user)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, NULL);

  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(u)", user);
  return TRUE;
}

/* CVE-2021-3560: a name that left while polkit was thinking must not be granted anything. */
static void
still_there (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Question *question = g_task_get_task_data (task);
  guint32 user;

  if (!take_user (object, result, &user) || user != question->user || g_cancellable_is_cancelled (question->cancellable))
    refuse (task, "it has left the bus");
  else
    end (task, NULL);
}

static void
polkit_answered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PolkitAuthorizationResult) answer = NULL;

  answer = polkit_authority_check_authorization_finish (POLKIT_AUTHORITY (object), result, &error);
  if (answer == NULL)
    refuse (task, error->message);
  else if (!polkit_authorization_result_get_is_authorized (answer))
    refuse (task, polkit_authorization_result_get_is_challenge (answer) ? "a password would be needed" : "polkit said no");
  else
    ask_for_user (task, still_there);
}

static void
polkit_found (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  SutureAuthority *self = g_task_get_source_object (task);
  Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (PolkitAuthority) polkit = polkit_authority_get_finish (result, &error);
  g_autoptr (PolkitSubject) subject = NULL;

  if (polkit == NULL)
    {
      refuse (task, error->message);
      return;
    }
  /* It is one object for all. Should its last reference go while a cancelled question is still on the bus, polkit's own
   * handlers (notify::g-name-owner, never disconnected in polkit 122) would run on freed memory. */
  g_set_object (&self->polkit, polkit);
  subject = polkit_system_bus_name_new (question->sender);
  polkit_authority_check_authorization (polkit, subject, question->action, question->details,
                                        question->interactive
                                          ? POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION
                                          : POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
                                        question->cancellable, polkit_answered, task);
}

static void
user_found (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  SutureAuthority *self = g_task_get_source_object (task);
  Question *question = g_task_get_task_data (task);
  guint of_user;

  if (!take_user (object, result, &question->user))
    {
      refuse (task, "nobody knows who it is");
      return;
    }
  question->identified = TRUE;
  if (question->action == NULL)
    end (task, NULL);
  else if (count_asked (self, question->user, &of_user) > ASKED_MAX || of_user > ASKED_OF_USER)
    end (task, g_error_new (SUTURE_ERROR, SUTURE_ERROR_BUSY, "too many questions%s are open",
                            of_user > ASKED_OF_USER ? " of this user" : ""));
  else
    polkit_authority_get_async (question->cancellable, polkit_found, task);
}

static void
sender_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static gboolean
patience_ended (gpointer user_data)
{
  Question *question = user_data;

  question->patience = 0;
  g_cancellable_cancel (question->cancellable);
  return G_SOURCE_REMOVE;
}

static PolkitDetails *
to_details (GHashTable *texts)
{
  PolkitDetails *details = polkit_details_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    polkit_details_insert (details, key, value);
  return details;
}

void
suture_authority_check (SutureAuthority *self,
                        const char *sender,
                        const char *action,
                        GHashTable *details,
                        gboolean interactive,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->sender = g_strdup (sender);
  question->action = g_strdup (action);
  question->details = details != NULL ? to_details (details) : NULL;
  question->interactive = interactive;
  question->cancellable = g_cancellable_new ();
  g_task_set_task_data (task, question, question_free);
  g_hash_table_add (self->open, question);
  if (count_unknown (self, sender) > UNKNOWN_OF_SENDER)
    {
      end (task, g_error_new (SUTURE_ERROR, SUTURE_ERROR_BUSY, "too many questions of this caller are open"));
      return;
    }
  if (action != NULL)
    {
      question->watch = g_bus_watch_name_on_connection (self->connection, sender, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                        sender_vanished, g_object_ref (question->cancellable),
                                                        g_object_unref);
      question->patience = g_timeout_add_seconds (interactive ? PATIENCE_PERSON : PATIENCE_ALONE, patience_ended, question);
    }
  ask_for_user (task, user_found);
}

gboolean
suture_authority_check_finish (SutureAuthority *self, GAsyncResult *result, guint32 *user, GError **error)
{
  Question *question = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *user = question->user;
  return TRUE;
}

guint
suture_authority_get_pending (SutureAuthority *self)
{
  return g_hash_table_size (self->open);
}

static void
suture_authority_finalize (GObject *object)
{
  SutureAuthority *self = SUTURE_AUTHORITY (object);

  g_clear_object (&self->polkit);
  g_clear_object (&self->connection);
  g_hash_table_unref (self->open);
  G_OBJECT_CLASS (suture_authority_parent_class)->finalize (object);
}

static void
suture_authority_class_init (SutureAuthorityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = suture_authority_finalize;
}

static void
suture_authority_init (SutureAuthority *self)
{
  self->open = g_hash_table_new (g_direct_hash, g_direct_equal);
}

SutureAuthority *
suture_authority_new (GDBusConnection *connection)
{
  SutureAuthority *self = g_object_new (SUTURE_TYPE_AUTHORITY, NULL);

  self->connection = g_object_ref (connection);
  return self;
}
