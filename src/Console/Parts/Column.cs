using Microsoft.AspNetCore.Components;

namespace Estiba.Console.Parts;

/// <summary>A column of a <see cref="DataTable{T}"/>.</summary>
/// <typeparam name="T">What a row shows.</typeparam>
public sealed class Column<T> : ComponentBase
{
    [CascadingParameter]
    internal DataTable<T> Table { get; set; } = null!;

    /// <summary>What stands above it.</summary>
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>What it shows, sorts and searches by.</summary>
    [Parameter, EditorRequired]
    public Func<T, object?> Value { get; set; } = _ => null;

    /// <summary>Whether it is a number, to be read from the right.</summary>
    [Parameter]
    public bool IsNumber { get; set; }

    /// <summary>How it shows it; null for the value as text.</summary>
    [Parameter]
    public RenderFragment<T>? ChildContent { get; set; }

    /// <inheritdoc />
    protected override void OnInitialized() => Table.Add(this);
}
