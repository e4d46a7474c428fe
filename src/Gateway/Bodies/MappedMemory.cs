using System.Buffers;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Estiba.Gateway.Bodies;

/// <summary>
/// Memory straight from the operating system: it takes none until it is written to, grows without being copied, and is
/// gone when it is disposed. A large array would stay with the garbage collector long after the request that it was
/// for.
/// </summary>
internal sealed unsafe partial class MappedMemory : MemoryManager<byte>
{
    private const int ReadAndWrite = 1 | 2;
    private const int PrivateAndAnonymous = 0x02 | 0x20;

    private readonly int _length;
    private nint _address;

    /// <param name="length">How many bytes it may come to have.</param>
    /// <exception cref="IOException">There is no room for so many.</exception>
    public MappedMemory(int length)
    {
        _length = length;
        _address = MMap(0, (nuint)length, ReadAndWrite, PrivateAndAnonymous, -1, 0);
        if (_address == -1)
            throw new IOException(
                $"The body's memory cannot be had: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}"
            );
    }

    /// <inheritdoc />
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address is 0, this);
        return new Span<byte>((void*)_address, _length);
    }

    /// <inheritdoc />
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_address is 0, this);
        return new MemoryHandle((byte*)_address + elementIndex);
    }

    /// <inheritdoc />
    public override void Unpin()
    {
        // It never moves.
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _address, 0) is not 0 and var address)
            _ = MUnmap(address, (nuint)_length);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint MMap(
        nint address,
        nuint length,
        int protection,
        int flags,
        int descriptor,
        nint offset
    );

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MUnmap(nint address, nuint length);
}
