/** How the renderer draws, in this page's own colours; spacings as Teams has them. */
export function hostConfig(dark) {
  const text = dark ? '#e6eaf0' : '#1b2430';
  const subtle = dark ? '#a3aebc' : '#5b6675';
  const tone = (shown) => ({ default: shown, subtle: shown });
  const container = (backgroundColor) => ({
    backgroundColor,
    foregroundColors: {
      default: { default: text, subtle },
      dark: tone(dark ? '#c6cdd6' : '#1b2430'),
      light: tone(dark ? '#ffffff' : '#5b6675'),
      accent: tone(dark ? '#a5a9f0' : '#464fa8'),
      attention: tone(dark ? '#ff9c94' : '#a4262c'),
      good: tone(dark ? '#7fd3a2' : '#12683a'),
      warning: tone(dark ? '#f2c26b' : '#7a4f00'),
    },
  });
  return {
    fontFamily: 'inherit',
    supportsInteractivity: true,
    spacing: { small: 4, default: 8, medium: 12, large: 18, extraLarge: 24, padding: 14 },
    separator: { lineThickness: 1, lineColor: dark ? '#323b47' : '#e3e6ea' },
    fontSizes: { small: 12, default: 13, medium: 14, large: 16, extraLarge: 19 },
    fontWeights: { lighter: 300, default: 400, bolder: 650 },
    imageSizes: { small: 32, medium: 52, large: 100 },
    containerStyles: {
      default: container('transparent'),
      emphasis: container(dark ? '#222a34' : '#f2f3f6'),
      accent: container(dark ? '#252a47' : '#eceefb'),
      good: container(dark ? '#15301f' : '#e5f5ec'),
      attention: container(dark ? '#3a1d1d' : '#fbeae9'),
      warning: container(dark ? '#352a12' : '#fdf3dd'),
    },
    actions: {
      maxActions: 6,
      spacing: 'default',
      buttonSpacing: 8,
      actionsOrientation: 'horizontal',
      actionAlignment: 'left',
      showCard: { actionMode: 'inline', inlineTopMargin: 10, style: 'emphasis' },
    },
    factSet: {
      title: { color: 'default', isSubtle: true, weight: 'default', wrap: true, maxWidth: 120 },
      value: { color: 'default', wrap: true },
      spacing: 10,
    },
    inputs: {
      label: {
        inputSpacing: 'small',
        requiredInputs: { weight: 'bolder', suffix: ' *', suffixColor: 'attention' },
        optionalInputs: { weight: 'bolder' },
      },
      errorMessage: { color: 'attention', size: 'small' },
    },
    textStyles: { heading: { size: 'large', weight: 'bolder', color: 'default', isSubtle: false, fontType: 'default' } },
    adaptiveCard: { allowCustomStyle: true },
  };
}
