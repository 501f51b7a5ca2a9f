/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/activation.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/frame.h"
#include "base/json.h"
#include "base/name.h"
#include "base/paths.h"

#define ANSWER_MAX (1024 * 1024) /* bytes of a result: about 4000 units */
#define TEXT_MAX 4096            /* bytes of a sentence: THREATS 31 */
#define LIST_MAX 4096            /* entries of a list */
#define PROGRESS_MAX 64          /* frames: it has five words */
#define SILENCE 120              /* seconds: its unit ends it after 60, a unit's restart may take its turn behind */
#define TURN_TRIES 60            /* the socket serves one at a time and closes on others: */
#define TURN_WAIT (G_USEC_PER_SEC / 2) /* … ask again for as long as one request may take */

static void
active_free (SutureActive *self)
{
  g_free (self->id);
  g_free (self->feed);
  g_free (self->component);
  g_free (self->content);
  g_free (self->left_out);
  g_free (self);
}

static void
unit_free (SutureUnit *self)
{
  g_free (self->name);
  g_free (self->kind);
  g_free (self->id);
  g_free (self->outcome);
  g_free (self->why);
  g_free (self);
}

SutureActivation *
suture_activation_ref (SutureActivation *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_activation_unref (SutureActivation *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  g_ptr_array_unref (self->active);
  g_ptr_array_unref (self->units);
  g_free (self);
}

const SutureActive *
suture_activation_find (const SutureActivation *self, const char *id)
{
  for (guint i = 0; i < self->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (self->active, i);

      if (g_str_equal (active->id, id))
        return active;
    }
  return NULL;
}

static gboolean
malformed (GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the activation step's answer cannot be understood");
  return FALSE;
}

/* Clean text of the member @name; "" when it is missing. */
static gboolean
read_text (JsonObject *object, const char *name, char **text, GError **error)
{
  const char *raw = "";

  if (!suture_json_read_string (object, name, SUTURE_JSON_OPTIONAL, &raw, error))
    return FALSE;
  *text = suture_name_clean_text (raw, TEXT_MAX, FALSE);
  return TRUE;
}

/* What is none of the words says nothing. */
static char *
read_left_out (const char *word, gboolean merged)
{
  const char *const words[] = { "boot", "asked", "image", NULL };

  return g_strdup (!merged && g_strv_contains (words, word) ? word : "");
}

static gboolean
parse_active (JsonObject *object, SutureActivation *self, GError **error)
{
  SutureActive *active = g_new0 (SutureActive, 1);
  g_autofree char *left_out = NULL;
  gint64 number;

  g_ptr_array_add (self->active, active);
  if (!read_text (object, "id", &active->id, error) || !read_text (object, "feed", &active->feed, error)
      || !read_text (object, "component", &active->component, error)
      || !read_text (object, "content", &active->content, error) || !read_text (object, "left_out", &left_out, error)
      || !suture_json_read_integer (object, "number", SUTURE_JSON_REQUIRED, 1, G_MAXINT32, &number, error)
      || !suture_json_read_boolean (object, "merged", SUTURE_JSON_REQUIRED, &active->merged, error))
    return FALSE;
  active->number = (guint) number;
  active->left_out = read_left_out (left_out, active->merged);
  return (suture_name_is_valid (active->id) && suture_name_is_valid (active->feed)
          && suture_name_is_valid (active->component))
         || malformed (error);
}

static gboolean
parse_unit (JsonObject *object, SutureActivation *self, GError **error)
{
  SutureUnit *unit = g_new0 (SutureUnit, 1);

  g_ptr_array_add (self->units, unit);
  return read_text (object, "name", &unit->name, error) && read_text (object, "kind", &unit->kind, error)
         && read_text (object, "id", &unit->id, error) && read_text (object, "outcome", &unit->outcome, error)
         && read_text (object, "why", &unit->why, error);
}

static gboolean
parse_list (JsonObject *object,
            const char *member,
            SutureActivation *self,
            gboolean (*parse) (JsonObject *, SutureActivation *, GError **),
            GError **error)
{
  JsonArray *array = NULL;

  if (!suture_json_read_array (object, member, SUTURE_JSON_OPTIONAL, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *element = suture_json_element_object (array, i, member, error);

      if (i >= LIST_MAX)
        return malformed (error);
      if (element == NULL || !parse (element, self, error))
        return FALSE;
    }
  return TRUE;
}

static SutureActivation *
parse_result (GBytes *bytes, GError **error)
{
  g_autoptr (SutureActivation) self = g_new0 (SutureActivation, 1);
  g_autoptr (JsonNode) node = suture_json_parse_object (bytes, ANSWER_MAX, error);
  g_autofree char *name = NULL;
  g_autofree char *message = NULL;
  JsonObject *object;

  g_atomic_ref_count_init (&self->count);
  self->active = g_ptr_array_new_with_free_func ((GDestroyNotify) active_free);
  self->units = g_ptr_array_new_with_free_func ((GDestroyNotify) unit_free);
  if (node == NULL)
    return NULL;
  object = json_node_get_object (node);
  if (!read_text (object, "error", &name, error) || !read_text (object, "message", &message, error))
    return NULL;
  if (*name != '\0')
    {
      g_set_error (error, SUTURE_ERROR, suture_error_from_name (name), "%s",
                   *message != '\0' ? message : "the activation step refused");
      return NULL;
    }
  if (!parse_list (object, "active", self, parse_active, error)
      || !parse_list (object, "units", self, parse_unit, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* *@answered: a frame came, so this connection was served, whatever it ended in. */
static SutureActivation *
receive (int socket, SutureActivationProgress progress, gpointer user_data, gboolean *answered, GError **error)
{
  for (guint i = 0; i <= PROGRESS_MAX; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (SutureFrame) frame = suture_frame_receive (socket, ANSWER_MAX, &local);
      g_autofree char *word = NULL;

      if (frame == NULL && local != NULL && g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
        {
          *answered = TRUE;
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (frame == NULL)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "the activation step ended without a result%s%s",
                       local != NULL ? ": " : "", local != NULL ? local->message : "");
          return NULL;
        }
      *answered = TRUE;
      if (g_str_equal (frame->tag, "result"))
        return parse_result (frame->bytes, error);
      if (!g_str_equal (frame->tag, "progress"))
        break;
      word = g_strndup (g_bytes_get_data (frame->bytes, NULL), g_bytes_get_size (frame->bytes));
      if (progress != NULL)
        progress (word, user_data);
    }
  malformed (error);
  return NULL;
}

static gboolean
send_metadata (const char *name, GBytes *bytes, gpointer user_data, GError **error)
{
  int *socket = user_data;

  return suture_frame_send (*socket, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), -1, error);
}

static gboolean
send_package (int socket, const SutureActivationPackage *package, GError **error)
{
  return suture_trust_export (package->trust, package->role, send_metadata, &socket, error)
         && suture_frame_send (socket, "manifest", g_bytes_get_data (package->manifest, NULL),
                               g_bytes_get_size (package->manifest), -1, error)
         && suture_frame_send (socket, "image", "", 0, package->image, error);
}

/* *@answered: as for receive (); also when it broke off on this side. */
static SutureActivation *
ask_once (int socket,
          const char *request,
          const SutureActivationPackage *package,
          SutureActivationProgress progress,
          gpointer user_data,
          gboolean *answered,
          GError **error)
{
  struct timeval silence = { .tv_sec = SILENCE };
  g_autoptr (GError) local = NULL;

  if (setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence) < 0
      || setsockopt (socket, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence) < 0)
    g_debug ("no time limit on the activation socket");
  if (!suture_frame_send (socket, "request", request, strlen (request), -1, &local)
      || (package != NULL && !send_package (socket, package, &local))
      || !suture_frame_send (socket, "end", "", 0, -1, &local))
    {
      /* broken off by the peer: it may have said why before; any other error is ours */
      if (!g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED))
        {
          *answered = TRUE;
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  return receive (socket, progress, user_data, answered, error);
}

static SutureActivation *
ask (const char *request,
     const SutureActivationPackage *package,
     SutureActivationProgress progress,
     gpointer user_data,
     GError **error)
{
  for (guint try = 1;; try++)
    {
      g_autoptr (GError) local = NULL;
      g_auto (SutureFd) socket = suture_frame_connect (suture_path (SUTURE_PATH_ACTIVATE_SOCKET), &local);
      SutureActivation *self = NULL;
      gboolean answered = socket < 0; /* nobody is there: to ask again is no use */
      gint64 began = g_get_monotonic_time ();

      if (socket >= 0)
        self = ask_once (socket, request, package, progress, user_data, &answered, &local);
      else if (try > 1)
        local->code = SUTURE_ERROR_INTERRUPTED; /* what closed without a word may have served the request */
      if (self != NULL)
        return self;
      /* closed at once and without a word: another request has its turn. All requests are idempotent. */
      if (answered || try == TURN_TRIES || g_get_monotonic_time () - began > TURN_WAIT)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      g_usleep (TURN_WAIT);
    }
}

SutureActivation *
suture_activation_list (GError **error)
{
  return ask ("list", NULL, NULL, NULL, error);
}

SutureActivation *
suture_activation_reconsider (GError **error)
{
  return ask ("reconsider", NULL, NULL, NULL, error);
}

SutureActivation *
suture_activation_install (const SutureActivationPackage *package,
                           SutureActivationProgress progress,
                           gpointer user_data,
                           GError **error)
{
  g_autofree char *request = g_strdup_printf ("install %s %s", package->feed, package->id);

  return ask (request, package, progress, user_data, error);
}

SutureActivation *
suture_activation_remove (const char *id, SutureActivationProgress progress, gpointer user_data, GError **error)
{
  g_autofree char *request = g_strdup_printf ("remove %s", id);

  return ask (request, NULL, progress, user_data, error);
}

gboolean
suture_activation_set_local (gboolean on, GError **error)
{
  g_autoptr (SutureActivation) answer = ask (on ? "local on" : "local off", NULL, NULL, NULL, error);

  return answer != NULL;
}
