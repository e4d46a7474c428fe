namespace Estiba.Console.Live;

/// <summary>What a page is about is not there.</summary>
internal sealed class ResourceMissingException(string resource) : Exception($"{resource} is not there.");
