/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/metadata.h"

/* One feed's folder: root.json, timestamp.json, snapshot.json, targets.json, ROLE.json (percent-encoded), the bytes as
 * they were received, and roots/N, every root that was ever trusted here. */

G_BEGIN_DECLS

typedef struct _SutureStore SutureStore;

/* Opens the folder @path, made 0700 if it is missing. */
SutureStore *suture_store_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_store_free (SutureStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureStore, suture_store_free)

/* *@bytes is NULL when there is no such file, or one that is no regular file or too long; any other trouble is an
 * error, because a file that can't be read is not one that is not there. */
gboolean suture_store_load (
    SutureStore *self, const char *role, SutureMetadataType type, GBytes **bytes, GError **error);
gboolean suture_store_save (SutureStore *self, const char *role, GBytes *bytes, GError **error);
gboolean suture_store_forget (SutureStore *self, const char *role, GError **error);

/* The same for roots/N. */
gboolean suture_store_load_root (SutureStore *self, gint64 version, GBytes **bytes, GError **error);
gboolean suture_store_save_root (SutureStore *self, gint64 version, GBytes *bytes, GError **error);
gboolean suture_store_forget_root (SutureStore *self, gint64 version, GError **error);

G_END_DECLS
