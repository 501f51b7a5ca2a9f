/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/copy.h"

typedef struct
{
  GVariant *properties; /* what was read (owned) */
} SutureCopyPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (SutureCopy, suture_copy, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
suture_copy_finalize (GObject *object)
{
  SutureCopyPrivate *priv = suture_copy_get_instance_private (SUTURE_COPY (object));

  SUTURE_COPY_GET_CLASS (object)->clear (SUTURE_COPY (object));
  g_clear_pointer (&priv->properties, g_variant_unref);
  G_OBJECT_CLASS (suture_copy_parent_class)->finalize (object);
}

static void
suture_copy_class_init (SutureCopyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = suture_copy_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SUTURE_TYPE_COPY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
}

static void
suture_copy_init (SutureCopy *self)
{
}

gpointer
suture_copy_new (GType type, GVariant *properties)
{
  SutureCopy *self = g_object_new (type, NULL);

  suture_copy_update (self, properties);
  return self;
}

void
suture_copy_update (SutureCopy *self, GVariant *properties)
{
  SutureCopyPrivate *priv = suture_copy_get_instance_private (self);
  g_autoptr (GVariant) wanted = g_variant_ref_sink (properties);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (wanted);

  if (priv->properties != NULL && g_variant_equal (priv->properties, wanted))
    return;
  SUTURE_COPY_GET_CLASS (self)->clear (self);
  SUTURE_COPY_GET_CLASS (self)->read (self, &dict);
  g_clear_pointer (&priv->properties, g_variant_unref);
  priv->properties = g_steal_pointer (&wanted);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}
