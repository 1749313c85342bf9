namespace Backprop.Losses;

/// <summary>What becomes of the losses of single examples.</summary>
public enum LossReduction
{
    /// <summary>Their mean (weighted, where the loss takes weights): one number.</summary>
    Mean,
    /// <summary>Their sum: one number.</summary>
    Sum,
    /// <summary>They stay as they are.</summary>
    None,
}
