// What native/windows/src/live/structures.rs asserts of its structures, asserted of Windows' headers:
// the library and its fake share those structures, and would share a mistake.
#include <windows.h>
#include <wmistr.h>
#include <evntrace.h>
#include <evntcons.h>
#include <evntprov.h>
#include <stddef.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define PLACE(type, member, at) _Static_assert(offsetof(type, member) == (at), #type "." #member)

SIZE(EVENT_DESCRIPTOR, 16);
SIZE(EVENT_DATA_DESCRIPTOR, 16);
PLACE(EVENT_DATA_DESCRIPTOR, Size, 8);
SIZE(EVENT_HEADER, 80);
PLACE(EVENT_HEADER, TimeStamp, 16);
PLACE(EVENT_HEADER, ProviderId, 24);
PLACE(EVENT_HEADER, EventDescriptor, 40);
SIZE(EVENT_HEADER_EXTENDED_DATA_ITEM, 16);
PLACE(EVENT_HEADER_EXTENDED_DATA_ITEM, ExtType, 2);
PLACE(EVENT_HEADER_EXTENDED_DATA_ITEM, DataPtr, 8);
SIZE(EVENT_RECORD, 112);
PLACE(EVENT_RECORD, ExtendedDataCount, 84);
PLACE(EVENT_RECORD, UserDataLength, 86);
PLACE(EVENT_RECORD, ExtendedData, 88);
PLACE(EVENT_RECORD, UserData, 96);
PLACE(EVENT_RECORD, UserContext, 104);
SIZE(EVENT_TRACE_PROPERTIES, 120);
PLACE(EVENT_TRACE_PROPERTIES, Wnode.ClientContext, 40);
PLACE(EVENT_TRACE_PROPERTIES, BufferSize, 48);
PLACE(EVENT_TRACE_PROPERTIES, LogFileMode, 64);
PLACE(EVENT_TRACE_PROPERTIES, FlushTimer, 68);
PLACE(EVENT_TRACE_PROPERTIES, EnableFlags, 72);
PLACE(EVENT_TRACE_PROPERTIES, EventsLost, 88);
PLACE(EVENT_TRACE_PROPERTIES, RealTimeBuffersLost, 100);
PLACE(EVENT_TRACE_PROPERTIES, LogFileNameOffset, 112);
PLACE(EVENT_TRACE_PROPERTIES, LoggerNameOffset, 116);
SIZE(EVENT_TRACE_LOGFILEW, 448);
PLACE(EVENT_TRACE_LOGFILEW, LoggerName, 8);
PLACE(EVENT_TRACE_LOGFILEW, ProcessTraceMode, 28);
PLACE(EVENT_TRACE_LOGFILEW, BufferCallback, 400);
PLACE(EVENT_TRACE_LOGFILEW, EventRecordCallback, 424);
PLACE(EVENT_TRACE_LOGFILEW, Context, 440);
SIZE(EVENT_FILTER_DESCRIPTOR, 16);
SIZE(ENABLE_TRACE_PARAMETERS, 48);
PLACE(ENABLE_TRACE_PARAMETERS, SourceId, 12);
PLACE(ENABLE_TRACE_PARAMETERS, EnableFilterDesc, 32);
PLACE(ENABLE_TRACE_PARAMETERS, FilterDescCount, 40);

_Static_assert(EVENT_TRACE_REAL_TIME_MODE == 0x100, "session mode");
_Static_assert(EVENT_TRACE_SYSTEM_LOGGER_MODE == 0x02000000, "session mode");
_Static_assert(EVENT_ENABLE_PROPERTY_SID == 1, "enable property");
_Static_assert(PROCESS_TRACE_MODE_REAL_TIME == 0x100, "trace mode");
_Static_assert(PROCESS_TRACE_MODE_EVENT_RECORD == 0x10000000, "trace mode");
_Static_assert(EVENT_TRACE_FLAG_PROCESS == 1, "kernel flags");
_Static_assert(EVENT_TRACE_CONTROL_QUERY == 0, "control");
_Static_assert(EVENT_TRACE_CONTROL_STOP == 1, "control");
_Static_assert(EVENT_CONTROL_CODE_DISABLE_PROVIDER == 0, "control code");
_Static_assert(EVENT_CONTROL_CODE_ENABLE_PROVIDER == 1, "control code");
_Static_assert(EVENT_CONTROL_CODE_CAPTURE_STATE == 2, "control code");
_Static_assert(EVENT_HEADER_FLAG_CLASSIC_HEADER == 0x100, "flags");
