/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* What the helper published in one of its objects: a copy that outlives the helper. It is updated in place, so that a list
 * keeps its rows; the signal "changed" tells. What is in it, the types below know. */

G_BEGIN_DECLS

#define SUTURE_TYPE_COPY (suture_copy_get_type ())
G_DECLARE_DERIVABLE_TYPE (SutureCopy, suture_copy, SUTURE, COPY, GObject)

struct _SutureCopyClass
{
  GObjectClass parent_class;
  void (*read) (SutureCopy *self, GVariantDict *properties); /* sets all of what is cleared */
  void (*clear) (SutureCopy *self);                          /* frees what was read, if anything was */
};

/* A new one of @type. @properties: a dictionary (a{sv}) of its interface; what is missing or of another type is empty. */
gpointer suture_copy_new (GType type, GVariant *properties) G_GNUC_WARN_UNUSED_RESULT;

/* Takes over @properties and emits "changed" if anything is different. */
void suture_copy_update (SutureCopy *self, GVariant *properties);

G_END_DECLS
