/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "binary.h"

#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define VERSIONS_MAX 32768 /* a symbol's version has 15 bits */
#define VERSION_BITS 0x7fff /* the 16th says that it is not the default one */

typedef struct
{
  Elf *elf;             /* (owned) */
  SutureBinary *result;    /* the caller's */
  Elf_Scn *symbols, *symbol_versions;
  GHashTable *versions; /* index of .gnu.version → name, of the file (owned) */
  gsize names;          /* bytes that were taken so far */
} Reader;

static void
reader_clear (Reader *self)
{
  g_clear_pointer (&self->versions, g_hash_table_unref);
  if (self->elf != NULL)
    elf_end (self->elf);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static gboolean
broken (GError **error, const char *what)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s", what);
  return FALSE;
}

/* A string of the section @table; NULL with @error. */
static const char *
take_name (Reader *self, size_t table, size_t offset, GError **error)
{
  const char *name = elf_strptr (self->elf, table, offset);

  if (name == NULL)
    return broken (error, "it is an ELF file with a name outside its string table"), NULL;
  self->names += strlen (name) + 1;
  if (self->names > SUTURE_BINARY_NAMES_MAX)
    return broken (error, "it is an ELF file with more names than any library has"), NULL;
  return name;
}

static gboolean
read_dynamic (Reader *self, Elf_Scn *section, const GElf_Shdr *header, GError **error)
{
  Elf_Data *data = elf_getdata (section, NULL);
  GElf_Dyn entry;

  for (int i = 0; data != NULL && gelf_getdyn (data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++)
    {
      const char *name;

      if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_SONAME)
        continue;
      name = take_name (self, header->sh_link, entry.d_un.d_val, error);
      if (name == NULL)
        return FALSE;
      if (entry.d_tag == DT_NEEDED)
        g_ptr_array_add (self->result->needed, g_strdup (name));
      else if (self->result->soname == NULL)
        self->result->soname = g_strdup (name);
    }
  return data != NULL || broken (error, "it is an ELF file whose dynamic section can't be read");
}

/* .gnu.version_d: a chain of definitions, each with a chain of names, of which the first is its own. */
static gboolean
read_definitions (Reader *self, Elf_Scn *section, const GElf_Shdr *header, GError **error)
{
  Elf_Data *data = elf_getdata (section, NULL);
  GElf_Verdef definition;
  GElf_Verdaux own;
  int at = 0;

  for (guint n = 0; data != NULL && n < VERSIONS_MAX && gelf_getverdef (data, at, &definition) != NULL; n++)
    {
      const char *name;

      if (definition.vd_aux > G_MAXINT - (guint) at
          || gelf_getverdaux (data, at + (int) definition.vd_aux, &own) == NULL)
        return broken (error, "it is an ELF file with a version that has no name");
      name = take_name (self, header->sh_link, own.vda_name, error);
      if (name == NULL)
        return FALSE;
      if ((definition.vd_flags & VER_FLG_BASE) == 0)
        {
          g_hash_table_insert (self->versions, GUINT_TO_POINTER (definition.vd_ndx & VERSION_BITS), (gpointer) name);
          g_hash_table_add (self->result->versions, g_strdup (name));
        }
      if (definition.vd_next == 0)
        return TRUE;
      if (definition.vd_next > G_MAXINT - (guint) at)
        break;
      at += (int) definition.vd_next;
    }
  return broken (error, "it is an ELF file whose versions can't be read");
}

static gboolean
is_exported (const GElf_Sym *symbol)
{
  guint binding = GELF_ST_BIND (symbol->st_info);
  guint visibility = GELF_ST_VISIBILITY (symbol->st_other);

  return symbol->st_shndx != SHN_UNDEF && symbol->st_name != 0
         && (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE)
         && (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static gboolean
add_symbol (Reader *self, const char *name, guint version)
{
  const char *named = g_hash_table_lookup (self->versions, GUINT_TO_POINTER (version));

  if (version == VER_NDX_LOCAL || g_strcmp0 (name, named) == 0)
    return TRUE; /* the second: what stands for the version itself */
  g_hash_table_add (self->result->plain, g_strdup (name));
  g_hash_table_add (self->result->symbols, named != NULL ? g_strconcat (name, "@", named, NULL) : g_strdup (name));
  if (named != NULL)
    self->names += strlen (named);
  return self->names <= SUTURE_BINARY_NAMES_MAX;
}

static gboolean
read_symbols (Reader *self, GError **error)
{
  Elf_Data *data = self->symbols != NULL ? elf_getdata (self->symbols, NULL) : NULL;
  Elf_Data *versions = self->symbol_versions != NULL ? elf_getdata (self->symbol_versions, NULL) : NULL;
  GElf_Shdr header;
  GElf_Sym symbol;

  if (self->symbols == NULL)
    return TRUE;
  if (data == NULL || gelf_getshdr (self->symbols, &header) == NULL)
    return broken (error, "it is an ELF file whose symbols can't be read");
  for (int i = 0; gelf_getsym (data, i, &symbol) != NULL; i++)
    {
      GElf_Versym version = VER_NDX_GLOBAL;
      const char *name;

      if (!is_exported (&symbol))
        continue;
      if (versions != NULL && gelf_getversym (versions, i, &version) == NULL)
        return broken (error, "it is an ELF file with a symbol that has no version");
      name = take_name (self, header.sh_link, symbol.st_name, error);
      if (name == NULL)
        return FALSE;
      if (!add_symbol (self, name, version & VERSION_BITS))
        return broken (error, "it is an ELF file with more names than any library has");
    }
  return TRUE;
}

static gboolean
read_sections (Reader *self, gboolean *is_dynamic, GError **error)
{
  Elf_Scn *section = NULL;

  *is_dynamic = FALSE;
  /* what lies behind the end of a file that was cut is not there for libelf, and neither is it when it was taken off */
  if (elf_nextscn (self->elf, NULL) == NULL)
    return broken (error, "it is an ELF file without sections");
  while ((section = elf_nextscn (self->elf, section)) != NULL)
    {
      GElf_Shdr header;

      if (gelf_getshdr (section, &header) == NULL)
        return broken (error, "it is an ELF file whose sections can't be read");
      /* what debuggers have for it holds headers without content */
      if (header.sh_type == SHT_DYNAMIC && !read_dynamic (self, section, &header, error))
        return FALSE;
      if (header.sh_type == SHT_GNU_verdef && !read_definitions (self, section, &header, error))
        return FALSE;
      *is_dynamic = *is_dynamic || header.sh_type == SHT_DYNAMIC;
      if (header.sh_type == SHT_DYNSYM)
        self->symbols = section;
      if (header.sh_type == SHT_GNU_versym)
        self->symbol_versions = section;
    }
  return read_symbols (self, error);
}

/* libelf would take archives of them, too. */
static gboolean
is_elf (int fd)
{
  char magic[SELFMAG];

  return pread (fd, magic, sizeof magic, 0) == sizeof magic && memcmp (magic, ELFMAG, SELFMAG) == 0;
}

static SutureBinary *
binary_new (void)
{
  SutureBinary *self = g_new0 (SutureBinary, 1);

  self->needed = g_ptr_array_new_with_free_func (g_free);
  self->symbols = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->plain = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->versions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

gboolean
suture_binary_read (int fd, SutureBinary **elf, GError **error)
{
  g_autoptr (SutureBinary) self = binary_new ();
  g_auto (Reader) reader = { .result = self, .versions = g_hash_table_new (NULL, NULL) };
  gboolean is_dynamic;
  GElf_Ehdr header;

  *elf = NULL;
  if (!is_elf (fd))
    return TRUE;
  (void) elf_version (EV_CURRENT);
  /* it is read and not mapped: somebody may cut it meanwhile */
  reader.elf = elf_begin (fd, ELF_C_READ, NULL);
  if (reader.elf == NULL || elf_kind (reader.elf) != ELF_K_ELF || gelf_getehdr (reader.elf, &header) == NULL)
    return broken (error, "it is an ELF file whose header can't be read");
  if (!read_sections (&reader, &is_dynamic, error))
    return FALSE;
  self->machine = header.e_machine;
  self->is_library = self->soname != NULL;
  if (is_dynamic)
    *elf = g_steal_pointer (&self);
  return TRUE;
}

void
suture_binary_free (SutureBinary *self)
{
  if (self == NULL)
    return;
  g_free (self->soname);
  g_ptr_array_unref (self->needed);
  g_hash_table_unref (self->symbols);
  g_hash_table_unref (self->plain);
  g_hash_table_unref (self->versions);
  g_free (self);
}

const char *
suture_binary_architecture (guint machine)
{
  static const struct
  {
    guint machine;
    const char *name;
  } names[] = {
    { EM_X86_64, "x86-64" }, { EM_AARCH64, "arm64" },  { EM_386, "x86" },       { EM_ARM, "arm" },
    { EM_PPC64, "ppc64-le" }, { EM_S390, "s390x" },    { EM_RISCV, "riscv64" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].machine == machine)
      return names[i].name;
  return NULL;
}
