namespace Estiba.Contracts.Signing;

/// <summary>
/// What a signature covers of an HTTP request, as it is on the wire. Implemented by structures, so that looking costs
/// nothing.
/// </summary>
public interface ISignableRequest
{
    /// <summary>The method in upper case.</summary>
    string Method { get; }

    /// <summary>The path with its percent-encoding as it is sent, before any decoding; empty is the root.</summary>
    ReadOnlySpan<char> Path { get; }

    /// <summary>The query as it is sent, without the question mark.</summary>
    ReadOnlySpan<char> Query { get; }

    /// <summary>A header's value, several of one name joined by commas; null when there is none.</summary>
    /// <param name="name">The name in lower case, as signatures list it.</param>
    string? Header(string name);
}
