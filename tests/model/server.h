/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/source.h"
#include "file.h"

/* What a web server has at one moment, for the client as a source of bytes and for the model as files. */

G_BEGIN_DECLS

typedef struct
{
  SutureSource source;          /* first, so that a source is its server */
  GHashTable *files;            /* name → const ModelFile * */
  const ModelFile *every_root;  /* NULL, or what it has as every root that is asked for */
  GString *requests;            /* names asked for, a blank behind each */
} ModelServer;

ModelServer *model_server_new (void);
ModelServer *model_server_copy (const ModelServer *self) G_GNUC_WARN_UNUSED_RESULT;
void model_server_free (ModelServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModelServer, model_server_free)

/* The name of @version of @role: with @consistent, all but the timestamp have their version in it, and roots always. */
char *model_server_name (ModelRole role, gint64 version, gboolean consistent) G_GNUC_WARN_UNUSED_RESULT;

/* What it has under @name, or NULL; and a replacement, or NULL. */
const ModelFile *model_server_get (const ModelServer *self, const char *name);
void model_server_put (ModelServer *self, const char *name, const ModelFile *file);

G_END_DECLS
