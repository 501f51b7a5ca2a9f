/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/improvement.h"

#include "base/name.h"
#include "client/properties.h"

#define DESCRIPTION_MAX 16384 /* bytes */

struct _SutureImprovement
{
  SutureCopy parent_instance;
  SutureImprovementFacts facts;
};

G_DEFINE_FINAL_TYPE (SutureImprovement, suture_improvement, SUTURE_TYPE_COPY)

static void
vulnerability_free (gpointer data)
{
  SutureVulnerability *self = data;

  g_free (self->cve);
  g_free (self->title);
  g_free (self->credit);
  g_free (self);
}

static void
owed_free (gpointer data)
{
  SutureOwed *self = data;

  g_free (self->name);
  g_free (self->shown);
  g_free (self->kind);
  g_free (self->why);
  g_free (self);
}

static void
provenance_free (gpointer data)
{
  SutureProvenance *self = data;

  g_free (self->what);
  g_free (self->which);
  g_free (self);
}

static void
keeps_closing_free (gpointer data)
{
  SutureKeepsClosing *self = data;

  g_free (self->program);
  g_free (self);
}

static void
suture_improvement_clear (SutureCopy *copy)
{
  SutureImprovementFacts *facts = &SUTURE_IMPROVEMENT (copy)->facts;

  g_free (facts->id);
  g_free (facts->component);
  g_free (facts->letter);
  g_free (facts->kind);
  g_free (facts->title);
  g_free (facts->description);
  g_free (facts->publisher);
  g_free (facts->feed);
  g_free (facts->approved_by);
  g_clear_pointer (&facts->provenance, g_ptr_array_unref);
  g_free (facts->severity);
  g_clear_pointer (&facts->vulnerabilities, g_ptr_array_unref);
  g_strfreev (facts->files);
  g_clear_pointer (&facts->owed, g_ptr_array_unref);
  g_strfreev (facts->restarted);
  g_strfreev (facts->conflict);
  g_clear_pointer (&facts->waits, g_ptr_array_unref);
  g_clear_pointer (&facts->keeps_closing, g_ptr_array_unref);
  g_free (facts->left_out);
  g_free (facts->withdrawn_reason);
  *facts = (SutureImprovementFacts){ 0 };
}

static void
add_vulnerability (GPtrArray *array, char *cve, char *title, char *credit)
{
  SutureVulnerability *vulnerability = g_new (SutureVulnerability, 1);

  *vulnerability = (SutureVulnerability){ .cve = cve, .title = title, .credit = credit };
  g_ptr_array_add (array, vulnerability);
}

static void
add_owed (GPtrArray *array, char *name, char *kind, char *why)
{
  SutureOwed *owed = g_new (SutureOwed, 1);

  *owed = (SutureOwed){ .name = name, .shown = g_strdup (name), .kind = kind, .why = why };
  if (g_str_has_suffix (name, ".service"))
    owed->shown[strlen (name) - strlen (".service")] = '\0';
  g_ptr_array_add (array, owed);
}

static void
add_provenance (GPtrArray *array, char *what, char *which)
{
  SutureProvenance *provenance = g_new (SutureProvenance, 1);

  *provenance = (SutureProvenance){ .what = what, .which = which };
  g_ptr_array_add (array, provenance);
}

static void
add_keeps_closing (GPtrArray *array, char *program, guint times)
{
  SutureKeepsClosing *one = g_new (SutureKeepsClosing, 1);

  *one = (SutureKeepsClosing){ .program = program, .times = times };
  g_ptr_array_add (array, one);
}

static const char *const state_names[] = {
  [SUTURE_STATE_UNKNOWN] = "unknown",           [SUTURE_STATE_AVAILABLE] = "available",
  [SUTURE_STATE_ACTIVE] = "active",             [SUTURE_STATE_INACTIVE] = "inactive",
  [SUTURE_STATE_OVERTAKEN] = "overtaken",       [SUTURE_STATE_INCLUDED] = "included",
  [SUTURE_STATE_SUPERSEDED] = "superseded",     [SUTURE_STATE_MIXED] = "mixed",
  [SUTURE_STATE_NOT_INSTALLED] = "not-installed", [SUTURE_STATE_REPLACED] = "replaced",
  [SUTURE_STATE_CONFLICT] = "conflict",
};

static SutureState
state_from_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_str_equal (name, state_names[i]))
      return (SutureState) i;
  return SUTURE_STATE_UNKNOWN;
}

const char *
suture_state_to_name (SutureState state)
{
  return state_names[state];
}

SutureStateGroup
suture_state_group (SutureState state)
{
  switch (state)
    {
    case SUTURE_STATE_AVAILABLE:
      return SUTURE_STATE_GROUP_READY;
    case SUTURE_STATE_ACTIVE:
      return SUTURE_STATE_GROUP_ACTIVE;
    case SUTURE_STATE_INCLUDED:
    case SUTURE_STATE_NOT_INSTALLED:
    case SUTURE_STATE_REPLACED:
      return SUTURE_STATE_GROUP_NONE;
    case SUTURE_STATE_UNKNOWN:
    case SUTURE_STATE_INACTIVE:
    case SUTURE_STATE_OVERTAKEN:
    case SUTURE_STATE_SUPERSEDED:
    case SUTURE_STATE_MIXED:
    case SUTURE_STATE_CONFLICT:
    default:
      return SUTURE_STATE_GROUP_INACTIVE;
    }
}

gboolean
suture_state_can_install (SutureState state)
{
  return state == SUTURE_STATE_AVAILABLE || state == SUTURE_STATE_INACTIVE;
}

gboolean
suture_state_can_remove (SutureState state)
{
  return state == SUTURE_STATE_ACTIVE || state == SUTURE_STATE_INACTIVE || state == SUTURE_STATE_OVERTAKEN;
}

const SutureWait *
suture_improvement_get_wait (const SutureImprovementFacts *facts, gint64 now)
{
  return facts->state == SUTURE_STATE_AVAILABLE ? suture_waits_first (facts->waits, now) : NULL;
}

gboolean
suture_improvement_can_install (const SutureImprovementFacts *facts)
{
  return suture_state_can_install (facts->state) && suture_waits_allow_install (facts->waits);
}

gboolean
suture_improvement_stands_in (GListModel *improvements, const SutureImprovementFacts *facts)
{
  guint n = g_list_model_get_n_items (improvements);

  for (guint i = 0; facts->state == SUTURE_STATE_AVAILABLE && i < n; i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);
      const SutureImprovementFacts *other = &improvement->facts;

      if (other->state == SUTURE_STATE_AVAILABLE && other->number > facts->number
          && g_str_equal (other->component, facts->component) && g_str_equal (other->feed, facts->feed))
        return TRUE;
    }
  return FALSE;
}

gboolean
suture_improvement_is_test (const SutureImprovementFacts *facts)
{
  return g_str_equal (facts->kind, "test");
}

guint64
suture_improvement_to_download (const SutureImprovementFacts *facts)
{
  return facts->provenance->len > 0 ? 0 : facts->download_size;
}

/* What keeps it from being installed; this machine's turn belongs there, whether it stands in the list or beside it. */
static void
read_waits (SutureImprovementFacts *facts, GVariantDict *dict)
{
  g_autoptr (GVariant) said = g_variant_dict_lookup_value (dict, "Waits", G_VARIANT_TYPE ("a(sxs)"));

  g_variant_dict_lookup (dict, "WaitsUntil", "x", &facts->waits_until);
  facts->waits = suture_waits_read (said);
  if (facts->waits_until > 0 && suture_waits_find (facts->waits, SUTURE_WAIT_ROLLOUT, G_MININT64) == NULL)
    suture_waits_add (facts->waits, "rollout", facts->waits_until, "");
  facts->keeps_closing = g_ptr_array_new_with_free_func (keeps_closing_free);
  suture_properties_each_number (dict, "KeepsClosing", facts->keeps_closing, add_keeps_closing);
  facts->left_out = suture_properties_dup_text (dict, "LeftOut");
}

static void
suture_improvement_read (SutureCopy *copy, GVariantDict *dict)
{
  SutureImprovementFacts *facts = &SUTURE_IMPROVEMENT (copy)->facts;
  const char *description = "";
  const char *state = "";
  const char *prepared = "";

  facts->id = suture_properties_dup_text (dict, "Id");
  facts->component = suture_properties_dup_text (dict, "Component");
  facts->letter = suture_properties_dup_text (dict, "Letter");
  g_variant_dict_lookup (dict, "Number", "u", &facts->number);
  facts->kind = suture_properties_dup_text (dict, "Kind");
  facts->title = suture_properties_dup_text (dict, "Title");
  g_variant_dict_lookup (dict, "Description", "&s", &description);
  facts->description = suture_name_clean_text (description, DESCRIPTION_MAX, TRUE);
  facts->publisher = suture_properties_dup_text (dict, "Publisher");
  facts->feed = suture_properties_dup_text (dict, "Feed");
  g_variant_dict_lookup (dict, "Prepared", "&s", &prepared);
  facts->automatic = g_str_equal (prepared, "automatic");
  facts->approved_by = suture_properties_dup_text (dict, "ApprovedBy");
  facts->provenance = g_ptr_array_new_with_free_func (provenance_free);
  suture_properties_each_pair (dict, "Provenance", facts->provenance, add_provenance);
  facts->severity = suture_properties_dup_text (dict, "Severity");
  g_variant_dict_lookup (dict, "Exploited", "b", &facts->exploited);
  facts->vulnerabilities = g_ptr_array_new_with_free_func (vulnerability_free);
  suture_properties_each_triple (dict, "Vulnerabilities", facts->vulnerabilities, add_vulnerability);
  g_variant_dict_lookup (dict, "State", "&s", &state);
  facts->state = state_from_name (state);
  g_variant_dict_lookup (dict, "DownloadSize", "t", &facts->download_size);
  g_variant_dict_lookup (dict, "ImageSize", "t", &facts->image_size);
  facts->files = suture_properties_dup_list (dict, "Files");
  g_variant_dict_lookup (dict, "InstalledAt", "x", &facts->installed_at);
  facts->owed = g_ptr_array_new_with_free_func (owed_free);
  suture_properties_each_triple (dict, "Owed", facts->owed, add_owed);
  facts->restarted = suture_properties_dup_list (dict, "Restarted");
  facts->conflict = suture_properties_dup_list (dict, "Conflict");
  read_waits (facts, dict);
  g_variant_dict_lookup (dict, "Withdrawn", "b", &facts->withdrawn);
  g_variant_dict_lookup (dict, "WithdrawnAt", "x", &facts->withdrawn_at);
  facts->withdrawn_reason = suture_properties_dup_text (dict, "WithdrawnReason");
}

static void
suture_improvement_class_init (SutureImprovementClass *klass)
{
  SUTURE_COPY_CLASS (klass)->read = suture_improvement_read;
  SUTURE_COPY_CLASS (klass)->clear = suture_improvement_clear;
}

static void
suture_improvement_init (SutureImprovement *self)
{
}

const SutureImprovementFacts *
suture_improvement_get_facts (SutureImprovement *self)
{
  return &self->facts;
}

const char *
suture_improvement_get_title (SutureImprovement *self)
{
  return self->facts.title[0] != '\0' ? self->facts.title : self->facts.id;
}
