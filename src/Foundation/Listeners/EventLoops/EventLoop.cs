using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Estiba.Listeners.EventLoops;

/// <summary>
/// A thread that waits for all of its sockets at once (<c>epoll</c>), and lets each do what it can without waiting.
/// What a socket throws ends that socket alone.
/// </summary>
/// <remarks>Linux only. Only <see cref="Post"/>, <see cref="Load"/> and <see cref="Dispose"/> may be called from other
/// threads.</remarks>
public sealed unsafe partial class EventLoop : IDisposable
{
    private const int MostEvents = 256;

    /// <summary>How often sockets look at the clock.</summary>
    private const int Tick = 1000;

    // The kernel packs an event where a pointer may be anywhere, on x86-64, and nowhere else.
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventLength = DataAt + sizeof(ulong);

    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly int _epoll;
    private readonly int _wake;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly List<(PolledSocket Socket, uint Life)> _again = [];
    private PolledSocket?[] _sockets = new PolledSocket?[1024];
    private int _count;
    private uint _lives;
    private int _isWoken;
    private int _load;
    private bool _ends;
    private bool _isClosed;

    /// <summary>Begins to wait.</summary>
    /// <param name="index">Its number among the loops that work together.</param>
    /// <param name="logger">Hears what a socket throws.</param>
    public EventLoop(int index, ILogger logger)
    {
        (Index, _logger) = (index, logger);
        _epoll = Check(LibC.EpollCreate(LibC.CloseOnExec));
        _wake = Check(LibC.EventDescriptor(0, LibC.NonBlocking | LibC.CloseOnExec));
        Control(LibC.Add, _wake, LibC.In, life: 0);
        _thread = new Thread(Run) { IsBackground = true, Name = $"event loop {index}" };
        _thread.Start();
    }

    /// <summary>Its number among the loops that work together.</summary>
    public int Index { get; }

    /// <summary>Buffers for its sockets.</summary>
    public BufferPool Buffers { get; } = new();

    /// <summary>When it woke, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long Now { get; private set; } = Environment.TickCount64;

    /// <summary>How many clients it serves.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <summary>Has the thread do something soon.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        if (Interlocked.Exchange(ref _isWoken, 1) != 0)
            return;
        var one = 1UL;
        lock (_gate)
        {
            // What is closed may be somebody else's by now.
            if (!_isClosed)
                _ = LibC.Write(_wake, (byte*)&one, sizeof(ulong));
        }
    }

    /// <summary>One client more, or less.</summary>
    internal void ChangeLoad(int change) => Interlocked.Add(ref _load, change);

    /// <summary>Ends the thread, and closes what sockets it still has.</summary>
    public void Dispose()
    {
        Post(() => _ends = true);
        _thread.Join();
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _ = LibC.Close(_wake);
            _ = LibC.Close(_epoll);
        }
    }

    /// <summary>Waits for a socket from now on.</summary>
    internal void Register(PolledSocket socket, uint events)
    {
        socket.Life = ++_lives;
        if (socket.Descriptor >= _sockets.Length)
            Array.Resize(ref _sockets, Math.Max(socket.Descriptor + 1, _sockets.Length * 2));
        _sockets[socket.Descriptor] = socket;
        _count++;
        Control(LibC.Add, socket.Descriptor, events, socket.Life);
    }

    /// <summary>Waits for a socket no more.</summary>
    internal void Unregister(PolledSocket socket)
    {
        _sockets[socket.Descriptor] = null;
        _count--;
        _ = LibC.EpollControl(_epoll, LibC.Remove, socket.Descriptor, null);
    }

    /// <summary>Forgets a socket that is closed at once, which ends the waiting too.</summary>
    internal void Forget(PolledSocket socket)
    {
        _sockets[socket.Descriptor] = null;
        _count--;
    }

    /// <summary>Lets a socket go on after all others have had their turn.</summary>
    internal void RunAgain(PolledSocket socket) => _again.Add((socket, socket.Life));

    /// <summary>Does something with each socket of a kind.</summary>
    internal void ForEach<T>(Action<T> action)
        where T : PolledSocket
    {
        for (var descriptor = 0; descriptor < _sockets.Length; descriptor++)
        {
            if (_sockets[descriptor] is T socket)
                Guard(socket, action);
        }
    }

    private void Run()
    {
        var events = stackalloc byte[MostEvents * EventLength];
        var tickAt = Now + Tick;
        while (!_ends)
        {
            // Without sockets beside its own nothing is to be looked after.
            var wait =
                _again.Count > 0 ? 0
                : _count > 0 ? (int)Math.Clamp(tickAt - Now, 0, Tick)
                : -1;
            var count = LibC.EpollWait(_epoll, events, MostEvents, wait);
            Now = Environment.TickCount64;
            var isWoken = Mark(events, count);
            Dispatch(events, count);
            GoOn();
            if (isWoken)
                RunPosted();
            if (Now < tickAt)
                continue;
            tickAt = Now + Tick;
            ForEach<PolledSocket>(static socket => socket.OnTick());
        }

        ForEach<PolledSocket>(static socket => socket.Close());
    }

    /// <summary>Tells all sockets what came before any acts: one may want to know it of another.</summary>
    private bool Mark(byte* events, int count)
    {
        var isWoken = false;
        for (var index = 0; index < count; index++)
        {
            var (flags, descriptor, life) = Read(events + (index * EventLength));
            if (descriptor == _wake)
                isWoken = true;
            else
                Find(descriptor, life)?.Mark(flags);
        }
        return isWoken;
    }

    private void Dispatch(byte* events, int count)
    {
        for (var index = 0; index < count; index++)
        {
            var (_, descriptor, life) = Read(events + (index * EventLength));
            if (Find(descriptor, life) is { } socket)
                Guard(socket, static ready => ready.OnReady());
        }
    }

    private void GoOn()
    {
        // Those that are added meanwhile come next time.
        var count = _again.Count;
        for (var index = 0; index < count; index++)
        {
            var (socket, life) = _again[index];
            if (socket.Life == life && socket.IsOpen)
                Guard(socket, static ready => ready.OnReady());
        }
        _again.RemoveRange(0, count);
    }

    private void RunPosted()
    {
        ulong value;
        _ = LibC.Read(_wake, (byte*)&value, sizeof(ulong));
        Volatile.Write(ref _isWoken, 0);
        Interlocked.MemoryBarrier();
        while (_posted.TryDequeue(out var action))
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                Log.Failed(_logger, exception);
            }
        }
    }

    private void Guard<T>(T socket, Action<T> action)
        where T : PolledSocket
    {
        try
        {
            action(socket);
        }
        catch (Exception exception)
        {
            Log.Failed(_logger, exception);
            try
            {
                socket.OnFault();
            }
            catch (Exception again)
            {
                Log.Failed(_logger, again);
                socket.CloseDescriptor();
            }
        }
    }

    private PolledSocket? Find(int descriptor, uint life) =>
        descriptor < _sockets.Length && _sockets[descriptor] is { } socket && socket.Life == life ? socket : null;

    private void Control(int operation, int descriptor, uint events, uint life)
    {
        var @event = stackalloc byte[EventLength];
        *(uint*)@event = events;
        *(ulong*)(@event + DataAt) = ((ulong)life << 32) | (uint)descriptor;
        Check(LibC.EpollControl(_epoll, operation, descriptor, @event));
    }

    private static (uint Flags, int Descriptor, uint Life) Read(byte* @event)
    {
        var data = *(ulong*)(@event + DataAt);
        return (*(uint*)@event, (int)(uint)data, (uint)(data >> 32));
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A connection failed, and is closed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
