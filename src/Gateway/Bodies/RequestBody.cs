using System.Buffers;
using System.IO.Pipelines;

namespace Estiba.Gateway.Bodies;

/// <summary>A request's whole body, and the memory that it takes until it is disposed.</summary>
internal sealed class RequestBody(BodyBudget? budget, Leftovers? leftovers = null) : IDisposable
{
    /// <summary>The body of a request that has none.</summary>
    public static readonly RequestBody Empty = new(budget: null);

    private PipeReader? _reader;
    private SequencePosition _end;
    private MappedMemory? _mapped;

    /// <summary>Its bytes; valid until it is disposed.</summary>
    public ReadOnlyMemory<byte> Memory { get; private set; }

    /// <summary>How many bytes there are so far.</summary>
    public int Length => Memory.Length;

    /// <summary>How much of the budget it has.</summary>
    public long Taken { get; private set; }

    /// <summary>Takes more of the budget.</summary>
    public bool TryTake(long amount, bool forSmallBody)
    {
        if (!budget!.TryTake(amount, forSmallBody))
            return false;
        Taken += amount;
        return true;
    }

    /// <summary>Leaves the bytes where the server has them.</summary>
    public void Keep(PipeReader reader, ReadOnlySequence<byte> bytes)
    {
        (_reader, _end) = (reader, bytes.End);
        Memory = bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
    }

    /// <summary>Moves the first bytes into memory that all others will follow into.</summary>
    public void Move(PipeReader reader, ReadOnlySequence<byte> bytes, int most)
    {
        Map(most);
        Append(bytes);
        reader.AdvanceTo(bytes.End);
    }

    /// <summary>Makes room for bytes that will be appended.</summary>
    public void Map(int most) => _mapped = new MappedMemory(Math.Max(most, 1));

    /// <summary>Adds the next bytes to those that were moved.</summary>
    public void Append(ReadOnlySequence<byte> bytes)
    {
        bytes.CopyTo(_mapped!.GetSpan()[Length..]);
        Memory = _mapped.Memory[..(Length + (int)bytes.Length)];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_reader is { } reader)
        {
            _reader = null;
            reader.AdvanceTo(_end);
        }

        if (_mapped is not null)
            leftovers?.Note(Length);
        Memory = default;
        (_mapped as IDisposable)?.Dispose();
        _mapped = null;
        budget?.Return(Taken);
        Taken = 0;
    }
}
