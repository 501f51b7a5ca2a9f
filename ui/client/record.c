/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/record.h"

#include "client/facts.h"

struct _SutureRecord
{
  GObject parent_instance;
  SutureRecordFacts facts;
};

G_DEFINE_FINAL_TYPE (SutureRecord, suture_record, G_TYPE_OBJECT)

static void
suture_record_finalize (GObject *object)
{
  SutureRecordFacts *facts = &SUTURE_RECORD (object)->facts;

  g_free (facts->event);
  g_free (facts->improvement);
  g_free (facts->title);
  g_free (facts->letter);
  g_free (facts->by);
  g_free (facts->error);
  g_free (facts->message);
  G_OBJECT_CLASS (suture_record_parent_class)->finalize (object);
}

static void
suture_record_class_init (SutureRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = suture_record_finalize;
}

static void
suture_record_init (SutureRecord *self)
{
  self->facts.user = SUTURE_RECORD_NO_USER;
}

static char *
dup_text (GVariantDict *dict, const char *name)
{
  const char *text = "";

  g_variant_dict_lookup (dict, name, "&s", &text);
  return suture_facts_clean (text);
}

SutureRecord *
suture_record_new (GVariant *properties)
{
  SutureRecord *self = g_object_new (SUTURE_TYPE_RECORD, NULL);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (properties);
  SutureRecordFacts *facts = &self->facts;

  g_variant_dict_lookup (&dict, "id", "t", &facts->id);
  g_variant_dict_lookup (&dict, "time", "x", &facts->time);
  g_variant_dict_lookup (&dict, "user", "u", &facts->user);
  facts->event = dup_text (&dict, "event");
  facts->improvement = dup_text (&dict, "improvement");
  facts->title = dup_text (&dict, "title");
  facts->letter = dup_text (&dict, "letter");
  facts->by = dup_text (&dict, "by");
  facts->error = dup_text (&dict, "error");
  facts->message = dup_text (&dict, "message");
  return self;
}

const SutureRecordFacts *
suture_record_get_facts (SutureRecord *self)
{
  return &self->facts;
}
