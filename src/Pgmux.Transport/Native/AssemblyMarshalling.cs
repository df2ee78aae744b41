using System.Runtime.CompilerServices;

// Every kernel call here passes plain numbers and pointers: without marshalling stubs a call is inlined by the JIT.
[assembly: DisableRuntimeMarshalling]
