using System.Runtime.InteropServices;

namespace Estiba.Listeners.EventLoops;

/// <summary>What Linux offers to a thread that waits for many sockets; the runtime offers it to nobody.</summary>
internal static unsafe partial class LibC
{
    internal const int CloseOnExec = 0x80000;
    internal const int NonBlocking = 0x800;

    internal const int Add = 1;
    internal const int Remove = 2;
    internal const uint In = 0x1;
    internal const uint Out = 0x4;
    internal const uint Error = 0x8;
    internal const uint HangUp = 0x10;
    internal const uint PeerHangUp = 0x2000;
    internal const uint Exclusive = 1u << 28;
    internal const uint EdgeTriggered = 1u << 31;

    internal const int NoSignal = 0x4000;
    internal const int SocketLevel = 1;
    internal const int SocketError = 4;
    internal const int Linger = 13;
    internal const int TcpLevel = 6;
    internal const int NoDelay = 1;
    internal const int UserTimeout = 18;

    internal const int Interrupted = 4;
    internal const int Again = 11;
    internal const int Aborted = 103;
    internal const int InProgress = 115;

    private const DllImportSearchPath Path = DllImportSearchPath.SafeDirectories;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int EpollControl(int epoll, int operation, int descriptor, byte* @event);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int EventDescriptor(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial nint Write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int Connect(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int Accept(int descriptor, byte* address, int* length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial nint Receive(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial nint Send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int GetOption(int descriptor, int level, int name, int* value, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int SetOption(int descriptor, int level, int name, int* value, int length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(Path)]
    internal static partial int Close(int descriptor);
}
