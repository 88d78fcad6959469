/**
 * Block Kit's limits, each with the page that states it. Pages are below https://docs.slack.dev/reference/block-kit/ where no
 * other address is given; most are repeated in the comments of npm `@slack/types` 3.2.0.
 */
export const BLOCK_KIT_LIMITS = {
  /** blocks: "You can include up to 50 blocks in each message, and 100 blocks in modals or Home tabs." */
  blocksInMessage: 50,
  blocksInView: 100,
  /** blocks/*: block_id, "Maximum length for this field is 255 characters." */
  blockIdChars: 255,
  /** block-elements/*: action_id, "Maximum length for this field is 255 characters." */
  actionIdChars: 255,
  /** composition-objects/text-object: "The minimum length is 1 and maximum length is 3000 characters." */
  textMinChars: 1,
  textChars: 3000,
  /** blocks/section-block: text 3000; fields at most 10, each 2000. */
  sectionFields: 10,
  sectionFieldChars: 2000,
  /** blocks/header-block: 150. */
  headerChars: 150,
  /** blocks/actions-block: "There is a maximum of 25 elements in each action block." */
  actionsElements: 25,
  /** blocks/context-block: "Maximum number of items is 10." */
  contextElements: 10,
  /** blocks/input-block: label and hint 2000. */
  inputLabelChars: 2000,
  inputHintChars: 2000,
  /** blocks/image-block: alt_text and title 2000, image_url 3000. */
  imageAltChars: 2000,
  imageTitleChars: 2000,
  urlChars: 3000,
  /** blocks/markdown-block: "The cumulative limit for all markdown blocks in a single payload is 12,000 characters." */
  markdownChars: 12_000,
  /** block-elements/button-element: text 75, value 2000, url 3000, accessibility_label 75. */
  buttonTextChars: 75,
  buttonValueChars: 2000,
  accessibilityLabelChars: 75,
  /** composition-objects/confirmation-dialog-object: title 100, text 300, confirm and deny 30. */
  confirmTitleChars: 100,
  confirmTextChars: 300,
  confirmButtonChars: 30,
  /** composition-objects/option-object: text 75, value 150 in one copy of the page and 75 in @slack/types; the lower holds here. */
  optionTextChars: 75,
  optionValueChars: 75,
  optionDescriptionChars: 75,
  /** composition-objects/option-group-object: label 75, 100 options. */
  optionGroupLabelChars: 75,
  /** block-elements/select-menu-element: 100 options, 100 groups. */
  selectOptions: 100,
  selectGroups: 100,
  /** block-elements/overflow-menu-element: at most 5 options. */
  overflowOptions: 5,
  /** block-elements/checkboxes-element and radio-button-group-element: at most 10 options. */
  checkboxOptions: 10,
  /** block-elements/*: placeholder 150. */
  placeholderChars: 150,
  /** block-elements/plain-text-input-element: min_length and max_length at most 3000. */
  plainTextInputChars: 3000,
  /** https://docs.slack.dev/reference/views: title, submit and close 24; private_metadata 3000; callback_id and external_id 255. */
  viewTitleChars: 24,
  privateMetadataChars: 3000,
  callbackIdChars: 255,
  externalIdChars: 255,
  /** https://docs.slack.dev/reference/methods/views.open: `view_too_large`, "The provided view is greater than 250kb." */
  viewBytes: 250_000,
  /** https://docs.slack.dev/reference/methods/views.push: a modal holds at most 3 views. */
  viewsInModal: 3,
  /** https://docs.slack.dev/reference/methods/chat.postMessage: text longer than 40,000 characters is cut. */
  messageTextCutChars: 40_000,
  /** https://docs.slack.dev/reference/methods/chat.update: `msg_too_long` beyond 4,000 characters. */
  updateTextChars: 4000,
  /** https://docs.slack.dev/reference/methods/chat.postMessage: `too_many_attachments`, at most 100. */
  attachments: 100,
} as const;
