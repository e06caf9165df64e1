/*
 * Node-API for the binding, whatever program has loaded it. A DLL names the program whose functions it imports, and a binding
 * usually names node.exe; this app's program is called Minarai.exe. So nothing is imported: each function is a jump to the
 * address that the running program gives for its name, looked up once when the DLL is loaded. (A delay-load hook, the usual way,
 * needs Microsoft's linker.)
 */
#include <windows.h>

#define FUNCTIONS(X) \
  X(napi_create_array_with_length) X(napi_create_arraybuffer) X(napi_create_int32) X(napi_create_int64) \
  X(napi_create_object) X(napi_create_reference) X(napi_create_string_latin1) X(napi_create_typedarray) \
  X(napi_define_properties) X(napi_delete_reference) X(napi_get_array_length) X(napi_get_boolean) \
  X(napi_get_cb_info) X(napi_get_element) X(napi_get_instance_data) X(napi_get_last_error_info) \
  X(napi_get_named_property) X(napi_get_typedarray_info) X(napi_get_value_bool) X(napi_get_value_double) \
  X(napi_get_value_int32) X(napi_get_value_int64) X(napi_get_value_string_utf8) X(napi_is_array) \
  X(napi_is_exception_pending) X(napi_is_typedarray) X(napi_set_element) X(napi_set_instance_data) \
  X(napi_set_named_property) X(napi_throw_error) X(napi_typeof)

#define SLOT(name) void *at_##name;
FUNCTIONS(SLOT)

/* In assembler, since a jump leaves the arguments of any function as they are. */
#define JUMP(name) __asm__(".globl " #name "\n" #name ": jmpq *at_" #name "(%rip)\n");
FUNCTIONS(JUMP)

static BOOL find(HMODULE program) {
#define FIND(name) \
  if (!(at_##name = (void *)GetProcAddress(program, #name))) return FALSE;
  FUNCTIONS(FIND)
  return TRUE;
}

/* FALSE: the DLL is not loaded, and require() throws, where the program has no Node-API. */
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  return reason != DLL_PROCESS_ATTACH || find(GetModuleHandleW(NULL));
}
