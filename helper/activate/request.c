/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/request.h"

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "verify/manifest.h"

#define WORDS_MAX 256 /* bytes of a request frame */

void
suture_request_free (SutureRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->feed);
  g_free (self->id);
  g_clear_pointer (&self->bundle, suture_bundle_free);
  g_clear_pointer (&self->manifest, g_bytes_unref);
  suture_fd_clear (self->image);
  g_free (self);
}

SutureRequest *
suture_request_parse (GBytes *words, GError **error)
{
  static const struct
  {
    const char *word;
    SutureRequestKind kind;
    guint names;
  } kinds[] = { { "install", SUTURE_REQUEST_INSTALL, 2 }, { "remove", SUTURE_REQUEST_REMOVE, 1 },
                { "list", SUTURE_REQUEST_LIST, 0 },       { "rescan", SUTURE_REQUEST_LIST, 0 },
                { "reconsider", SUTURE_REQUEST_RECONSIDER, 0 },
                { "local on", SUTURE_REQUEST_LOCAL_ON, 0 }, { "local off", SUTURE_REQUEST_LOCAL_OFF, 0 } };
  g_autofree char *text = g_strndup (g_bytes_get_data (words, NULL), g_bytes_get_size (words));
  g_auto (GStrv) parts = g_strsplit (text, " ", 4);
  guint count = g_strv_length (parts);

  for (gsize i = 0; count > 0 && strlen (text) == g_bytes_get_size (words) && i < G_N_ELEMENTS (kinds); i++)
    {
      SutureRequest *self;

      if (!g_str_equal (kinds[i].names > 0 ? parts[0] : text, kinds[i].word)
          || (kinds[i].names > 0 && count != kinds[i].names + 1)
          || (kinds[i].names > 0 && !suture_name_is_valid (parts[1])) || (kinds[i].names > 1 && !suture_name_is_valid (parts[2])))
        continue;
      self = g_new0 (SutureRequest, 1);
      self->kind = kinds[i].kind;
      self->image = -1;
      if (kinds[i].names == 2)
        self->feed = g_strdup (parts[1]);
      if (kinds[i].names > 0)
        self->id = g_strdup (parts[kinds[i].names]);
      self->bundle = suture_bundle_new ();
      return self;
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the request is none of those that are understood");
  return NULL;
}

static gboolean
refuse (const SutureFrame *frame, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a message \"%s\" does not belong there", frame->tag);
  return FALSE;
}

static gboolean
take (SutureRequest *self, SutureFrame *frame, GError **error)
{
  gboolean image = g_str_equal (frame->tag, "image");

  if (self->kind != SUTURE_REQUEST_INSTALL || image != (frame->fd >= 0))
    return refuse (frame, error);
  if (image)
    {
      if (self->image >= 0)
        return refuse (frame, error);
      self->image = suture_fd_steal (&frame->fd);
      return TRUE;
    }
  if (g_str_equal (frame->tag, "manifest"))
    {
      if (self->manifest != NULL)
        return refuse (frame, error);
      self->manifest = g_bytes_ref (frame->bytes);
      return TRUE;
    }
  if (!g_str_has_suffix (frame->tag, ".json"))
    return refuse (frame, error);
  return suture_bundle_add (frame->tag, frame->bytes, self->bundle, error);
}

static gboolean
broke_off (GError **error)
{
  if (error != NULL && *error == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "the request broke off");
  return FALSE;
}

static SutureRequest *
receive_words (int socket, GError **error)
{
  g_autoptr (SutureFrame) frame = suture_frame_receive (socket, WORDS_MAX, error);

  if (frame == NULL)
    {
      broke_off (error);
      return NULL;
    }
  if (!g_str_equal (frame->tag, "request") || frame->fd >= 0)
    {
      refuse (frame, error);
      return NULL;
    }
  return suture_request_parse (frame->bytes, error);
}

SutureRequest *
suture_request_receive (int socket, GError **error)
{
  g_autoptr (SutureRequest) self = receive_words (socket, error);

  if (self == NULL)
    return NULL;
  for (guint frames = 0; frames < SUTURE_REQUEST_FRAMES_MAX; frames++)
    {
      g_autoptr (SutureFrame) frame = suture_frame_receive (socket, SUTURE_BUNDLE_BYTES_MAX, error);

      if (frame == NULL)
        {
          broke_off (error);
          return NULL;
        }
      if (g_str_equal (frame->tag, "end") && frame->fd < 0)
        {
          if (self->kind != SUTURE_REQUEST_INSTALL || (self->manifest != NULL && self->image >= 0))
            return g_steal_pointer (&self);
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the request has no %s",
                       self->manifest == NULL ? "manifest" : "image");
          return NULL;
        }
      if (!take (self, frame, error))
        return NULL;
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the request has more than %d messages",
               SUTURE_REQUEST_FRAMES_MAX);
  return NULL;
}
